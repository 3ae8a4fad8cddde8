package lesson

var whatLatencyDoes = Lesson{
	Name: "what-latency-does", Title: "What latency does to reach", Minutes: 30,
	Measures: "servents reached, messages, duplicates, improved copies",
	Question: "On a real network some links are slow and some are fast. Does a query still reach all servents that its TTL allows?",
	Guess:    "A servent keeps the first copy of a query and drops all later ones. When could the first copy have come by the longer way? What TTL does it have left then?",
	Steps: []Step{{
		What:    "All links take the same time.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6",
		Look: []string{
			"The first copy always comes by a shortest way, and REACHED is all that TTL allows.",
		},
	}, {
		What:    "Now each link has a latency of its own, drawn by chance, 100 ms in the mean.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency exp:100ms",
		Look: []string{
			"Fewer servents are reached: a copy by a way of more but faster links comes first, with less TTL left. The better copy comes later and is dropped as a duplicate, with all that it would have reached.",
			"The effect grows with TTL, for there are more ways to choose from.",
		},
	}, {
		What:    "The same latencies, with another rule for later copies: one with more TTL left than the first is passed on.",
		Command: "servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency exp:100ms --dedup ttl",
		Look: []string{
			"REACHED is again what it was with equal latencies, to the last servent.",
			"It has its price: compare MESSAGES. IMPROVED counts the copies that were passed on again.",
		},
	}},
	Exercise: Exercise{
		Task:   "Find out whether uniform latencies between 90 ms and 110 ms do harm too, and explain what you see.",
		Check:  []string{"servent lab --topology regular:500,4 --sources 50 --ttl 4..6 --latency uniform:90ms..110ms"},
		Answer: "",
	},
}

var churn = Lesson{
	Name: "churn", Title: "Churn", Minutes: 30,
	Measures: "servents reached, success rate, messages lost",
	Question: "Servents come and go. What does that do to a search, and does it matter whether they say goodbye?",
	Guess:    "Half of the servents leave within an hour. Will a query reach fewer of those that are there?",
	Exercise: Exercise{
		Task: "",
	},
}
