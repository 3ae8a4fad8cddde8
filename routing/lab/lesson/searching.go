package lesson

var floodOrWalk = Lesson{
	Name: "flooding-against-walking", Title: "Flooding against walking", Minutes: 30,
	Measures: "success rate, messages per query, hops to the first hit, load per servent",
	Question: "To find a file, a servent can ask everybody at once, ask in growing circles, or send out a few walkers. Which way finds it, how fast, and for how many messages?",
	Guess:    "A thousand servents have four links each, and ten of them hold the file. Order the four ways by messages per query, and then by hops to the first hit: a flood with TTL 5, an expanding ring, 1 walker, 16 walkers.",
	Steps: []Step{{
		What:    "The same graph, the same fifty servents that ask, and the same ten that hold the file, for each of the four.",
		Command: "servent lab --topology regular:1000,4 --replicas 1% --sources 50 --ttl 5 --strategy flood,ring,walk:1,walk:16",
		Look: []string{
			"A flood goes on when the file has been found: nobody can call it back. An expanding ring asks with TTL 1 first, and with a greater TTL only if nothing was found. Walkers ask their origin from time to time whether to go on.",
			"Messages: one walker takes the fewest, and the flood many times more.",
			"Hops: the flood takes the shortest way, and so is first. One walker takes a long way; sixteen walkers share it, and for about the same messages the first hit is there much earlier.",
			"The second table of a strategy tells how sure it is: the flood ends at its TTL, and what lies farther is not found.",
		},
	}},
	Exercise: Exercise{
		Task:   "A file that only one servent of a thousand holds: guess what happens to the success of the flood and to the messages of the walkers. Then try it.",
		Check:  []string{"servent lab --topology regular:1000,4 --replicas 1 --sources 50 --ttl 5 --strategy flood,ring,walk:1,walk:16"},
		Answer: "",
	},
}

var replication = Lesson{
	Name: "replication", Title: "Replication", Minutes: 25,
	Measures: "success rate by replication, coverage, hops to the first hit",
	Question: "The more servents hold a file, the sooner it is found. How much does each copy help?",
	Guess:    "A flood with TTL 4 reaches about one servent in seven. How likely is it that it finds a file which 1, 10 or 50 of a thousand servents hold?",
	Steps: []Step{{
		What:    "One servent of a thousand holds the file.",
		Command: "servent lab --topology regular:1000,4 --sources 200 --ttl 4 --replicas 1",
		Look: []string{
			"SHARE: this is the part of all servents that a query reaches. With one copy, the chance to find it is the same number.",
		},
	}, {
		What:    "Ten hold it.",
		Command: "servent lab --topology regular:1000,4 --sources 200 --ttl 4 --replicas 10",
		Look: []string{
			"The messages are the same: a flood does not know what there is to find.",
			"The chance to miss all ten copies is the chance to miss one, ten times multiplied with itself. So success is 1 − (1 − share)^10.",
		},
	}, {
		What:    "Fifty hold it.",
		Command: "servent lab --topology regular:1000,4 --sources 200 --ttl 4 --replicas 50",
		Look: []string{
			"Almost every query finds one. The copies from 10 to 50 help less than those from 1 to 10.",
			"The first hit comes from nearer: compare the hops.",
		},
	}},
	Exercise: Exercise{
		Task:   "Twenty servents hold the file. Compute the success from SHARE, then measure it.",
		Check:  []string{"servent lab --topology regular:1000,4 --sources 200 --ttl 4 --replicas 20"},
		Answer: "",
	},
}
