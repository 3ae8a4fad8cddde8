package lesson

var whatLatencyDoes = Lesson{
	Name: "what-latency-does", Title: "What latency does to reach", Minutes: 30,
	Measures: "servents reached, messages, duplicates, improved copies",
	Question: "Some links are slow and some are fast. Does a query still reach all servents that its TTL allows?",
	Guess:    "A servent passes on the first copy of a query and drops all later ones. Draw a servent that two ways lead to: one over two slow links, one over three fast ones. Which copy is first? How much TTL has it left?",
	Steps: []Step{{
		What:    "All links take the same time.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6",
		Look: []string{
			"The first copy always comes by a shortest way. REACHED is all that TTL allows, as the column CLOSED FORM says.",
		},
		Shows: []string{"140.5", "317.7", "476.5"},
	}, {
		What:    "Now each link has a latency of its own, drawn by chance, 100 ms in the mean.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency exp:100ms",
		Look: []string{
			"With TTL 6 a query reaches 412.8 servents, no longer 476.5. A copy that came by more, but faster links is first, and has less TTL left. The copy that could have gone further comes later and is dropped.",
			"MESSAGES are fewer as well: 622.1 in place of 957.2. What is dropped is not passed on.",
		},
		Shows: []string{"412.8", "622.1"},
	}, {
		What:    "The same latencies, with another rule for later copies: one that has more TTL left than all before is passed on again.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency exp:100ms --dedup ttl",
		Look: []string{
			"REACHED is again what it was with equal latencies.",
			"It has its price: with TTL 6 a query takes 1,027.9 messages. IMPROVED counts the copies that were passed on again.",
		},
		Shows: []string{"140.5", "317.7", "476.5", "1,027.9"},
	}},
	Exercise: Exercise{
		Task:   "Let the latencies lie between 90 ms and 110 ms. Does a query now reach fewer servents? Compute: from how many links on can a way with one link more be the faster one?",
		Check:  []string{"servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency uniform:90ms..110ms"},
		Answer: "It reaches as many as with equal latencies. A way of n + 1 links takes at least 90 (n + 1) ms, one of n links at most 110 n ms; the longer one can be faster only if 90 (n + 1) is less than 110 n, that is, from five links on, and then only if nearly all its links are the fastest and those of the other the slowest.",
		Shows:  []string{"140.5", "317.7", "476.5"},
	},
}

var churn = Lesson{
	Name: "churn", Title: "Churn", Minutes: 30,
	Measures: "servents reached, messages lost, load per servent",
	Question: "Servents come and go. What does that do to a search, and does it matter whether they say goodbye?",
	Guess:    "500 servents have four links each. Each stays for ten minutes in the mean; then another comes, with four new links. Those who have lost a neighbour do not look for another. Does a query reach more, fewer, or as many servents as before?",
	Steps: []Step{{
		What:    "Nobody leaves.",
		Command: "servent lab --topology regular:500,4 --sources 100 --ttl 7",
		Look: []string{
			"A query reaches 498.9 of the 499 others.",
			"GINI in the last table says how unequal the work is: 0 where all have the same. Here it is small, for all have four links.",
		},
		Shows: []string{"498.9"},
	}, {
		What:    "Servents stay for five minutes in the median, ten in the mean, and send a Bye when they leave. Two minutes lie between two queries.",
		Command: "servent lab --topology regular:500,4 --sources 100 --ttl 7 --churn 5m,10m",
		Look: []string{
			"A query reaches 491.0 of those that are there at that time. Some others have lost all their neighbours, and some are further away than TTL allows.",
			"GINI and MAX have grown. Chance now says who has how many links, and with them how much work: some have lost neighbours, others were chosen by those who came.",
		},
		Shows: []string{"491.0"},
	}, {
		What:    "All of them leave without a word. It takes their neighbours 35 seconds to notice.",
		Command: "servent lab --topology regular:500,4 --sources 100 --ttl 7 --churn 5m,10m,100%",
		Look: []string{
			"REACHED is the same: whoever is there is reached as before.",
			"LOST: 109.6 of 1,559.0 messages, 7 %, go to servents that are gone. A servent leaves every 600 seconds, and for 35 seconds its neighbours go on sending to it: that is 6 % of the links. Among the messages it is a little more, for a query is not sent back over the link that it came by, and that one leads to somebody.",
		},
		Shows: []string{"491.0", "109.6", "1,559.0"},
	}},
	Exercise: Exercise{
		Task: "Let servents stay twice as long (10m,20m). How many messages of a query will be lost? Then find out which part of those that are not reached is too far away: what does TTL 15 change?",
		Check: []string{
			"servent lab --topology regular:500,4 --sources 100 --ttl 7 --churn 10m,20m,100%",
			"servent lab --topology regular:500,4 --sources 100 --ttl 15 --churn 5m,10m,100%",
		},
		Answer: "About half as many are lost: 55.5. With TTL 15 a query reaches 494.9, so nearly half of those that TTL 7 does not reach were too far away; the others have no neighbour left.",
		Shows:  []string{"55.5", "494.9"},
	},
}
