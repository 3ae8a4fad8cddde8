package lesson

var whatTTLDoes = Lesson{
	Name: "what-ttl-does", Title: "What TTL does", Minutes: 20,
	Measures: "servents reached, share of all servents, messages",
	Question: "A query carries a TTL, the number of links that it may still pass. How many servents does it reach with TTL 1, 2, 3 and 4?",
	Guess:    "The servents form a tree. Each one has three servents below it. The query starts at the top. How many servents does it reach with TTL 1, 2, 3 and 4?",
	Steps: []Step{{
		What:    "A tree of five levels: 1 + 3 + 9 + 27 + 81 = 121 servents. Servent 0, at the top, asks.",
		Command: "servent lab --topology tree:3,5 --ttl 1..4",
		Look: []string{
			"REACHED: each TTL adds three times as many servents as the one before: 3, 9, 27, 81. The column CLOSED FORM is the same number, computed and not measured.",
			"MESSAGES: the last TTL alone costs 81 of the 120 messages, more than all before it together.",
			"DUPLICATES: none. In a tree only one way leads to each servent, so every message finds a new one.",
		},
		Shows: []string{"3 + 9 + 27 + 81 = 120", "100.0 %"},
	}},
	Exercise: Exercise{
		Task:   "Take a tree of six levels with two servents below each one (tree:2,6). Which TTL reaches all servents? How many servents are there, and how many messages does that query cost?",
		Check:  []string{"servent lab --topology tree:2,6 --ttl 1..6"},
		Answer: "63 servents. TTL 5 reaches the other 62: 2 + 4 + 8 + 16 + 32 = 62 messages. TTL 6 changes nothing: the query has nowhere to go.",
		Shows:  []string{"63 servents", "2 + 4 + 8 + 16 + 32 = 62"},
	},
}

var whyDuplicates = Lesson{
	Name: "why-duplicates", Title: "Why duplicates", Minutes: 25,
	Measures: "messages, duplicates, servents reached",
	Question: "Why does a servent receive the same query more than once, and what does that cost?",
	Guess:    "Six servents are all linked with each other. One asks with TTL 2. How many messages are sent, and how many of them reach a servent that has the query already?",
	Steps: []Step{{
		What:    "Six servents, each linked with the five others: 15 links.",
		Command: "servent lab --topology complete:6 --ttl 1..3",
		Look: []string{
			"TTL 1 reaches everybody, with five messages.",
			"TTL 2 reaches nobody new, and costs 20 messages more. Each of the five servents passes the query on to the four from which it did not come, and all of these have it. A servent remembers the GUID of a query and drops the second copy, but then it has been sent.",
			"TTL 3 costs no more than TTL 2: what is dropped is not passed on.",
		},
		Shows: []string{"15 links", "25", "20"},
	}, {
		What:    "A hundred servents with four links each, drawn by chance.",
		Command: "servent lab --topology regular:100,4 --ttl 1..7",
		Look: []string{
			"While TTL is small there are few duplicates: most links lead to servents that have not heard of the query.",
			"At the end most messages are duplicates: most links lead back to servents that know it.",
			"When nothing stops the flood, MESSAGES is 2 × links − servents + 1 = 2 × 200 − 100 + 1 = 301, whatever the graph looks like. Every servent sends the query to all its neighbours but the one that it came from; only the one that asks sends it to all.",
		},
		Shows: []string{"200 links", "301"},
	}},
	Exercise: Exercise{
		Task:   "Eight servents are all linked with each other (complete:8). One asks with TTL 2. Compute the links, the messages and the duplicates.",
		Check:  []string{"servent lab --topology complete:8 --ttl 2"},
		Answer: "8 × 7 / 2 = 28 links; 2 × 28 − 8 + 1 = 49 messages; 7 of them reach a new servent, 49 − 7 = 42 are duplicates.",
		Shows:  []string{"28 links", "49", "42"},
	},
}

var ringMeetsItself = Lesson{
	Name: "a-ring-meets-itself", Title: "A ring meets itself", Minutes: 20,
	Measures: "servents reached, messages, duplicates",
	Question: "In a ring, a query runs both ways round. What happens where its two halves meet?",
	Guess:    "Draw a ring of 12 servents. One asks. With which TTL do all others have the query? Mark where the halves meet.",
	Steps: []Step{{
		What:    "A ring of 12 servents. Servent 0 asks.",
		Command: "servent lab --topology ring:12 --ttl 1..8",
		Look: []string{
			"TTL 1 to 5: each TTL reaches two more servents, one on each side.",
			"TTL 6: the halves meet at servent 6, on the far side. It receives two copies at the same time; one is new, the other a duplicate. The flood costs 12 messages and reaches 11 servents.",
			"TTL 7: servent 6 has passed the first copy on, to the neighbour that sent it the second. That is one more duplicate.",
			"TTL 8: nothing more. The query could go on, but whoever receives it knows it, and drops it. That ends a flood even when TTL does not.",
		},
		Shows: []string{"12", "13"},
	}},
	Exercise: Exercise{
		Task: "Now a ring of 11 servents. With which TTL do the halves meet, between which servents, and how many messages and duplicates are there in the end?",
		Check: []string{
			"servent lab --topology ring:11 --ttl 1..7",
			"servent lab --topology ring:11 --ttl 6 --trace ring.trace",
			"servent lab replay ring.trace",
		},
		Answer: "TTL 5 reaches all ten others with ten messages. With TTL 6, servents 5 and 6 send each other the query over the link between them: 12 messages, 2 duplicates. 2 × 11 − 11 + 1 = 12.",
		Shows:  []string{"6 -> 5  Query TTL 1  duplicate", "5 -> 6  Query TTL 1  duplicate"},
	},
}
