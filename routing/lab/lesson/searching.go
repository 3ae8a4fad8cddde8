package lesson

var floodOrWalk = Lesson{
	Name: "flooding-against-walking", Title: "Flooding against walking", Minutes: 30,
	Measures: "success rate, messages per query, hops to the first hit, load per servent",
	Question: "To find a file, a servent can ask everybody at once, ask in growing circles, or send out walkers. Which way finds it, how soon, and for how many messages?",
	Guess:    "A thousand servents have four links each, and ten of them hold the file. Put four ways in order, first by messages per query, then by hops to the first hit: a flood with TTL 5, an expanding ring (TTL 1, then 3, then 5), one walker, sixteen walkers.",
	Steps: []Step{{
		What:    "For each of the four: the same graph, the same fifty servents that ask, the same ten that hold the file. A walker goes from servent to servent, each time to a neighbour drawn by chance.",
		Command: "servent lab --topology regular:1000,4 --replicas 1% --sources 50 --ttl 5 --strategy flood,ring,walk:1,walk:16",
		Look: []string{
			"MESSAGES: the flood takes 451.8, for it goes on when the file has been found: nobody can call it back. The ring stops when a circle was wide enough. One walker takes the fewest, 147.",
			"HOPS: the flood takes the shortest way and is first, after 3.48 hops. The ring counts all its circles: 6.52. One walker takes 147 steps, one after the other; sixteen of them take 10.74 each before the first finds something.",
			"Sixteen walkers cost more than one, 193.7: each goes a few steps further before it hears that another has found the file.",
			"GINI in the last table: walkers make less work, but share it less equally, 0.29 and 0.32 where 0 is equal and 1 is all for one. It depends on the ways that they happen to take.",
		},
		Shows: []string{"451.8", "147", "3.48", "6.52", "10.74", "193.7", "0.29", "0.32"},
	}},
	Exercise: Exercise{
		Task:   "Now only one servent of a thousand holds the file. What happens to the success of the flood, and to the messages of the walkers? Write down a guess, then try it.",
		Check:  []string{"servent lab --topology regular:1000,4 --replicas 1 --sources 50 --ttl 5 --strategy flood,ring,walk:1,walk:16"},
		Answer: "A flood with TTL 5 reaches 38.8 % of the servents, and so it finds a single copy in about as many cases: here in 34 of 100. So does the ring, which ends with TTL 5 as well. The walkers find it always, but they need about 1,500 messages, more than three times as many as the flood. What is frequent is found by walkers for little; what is rare costs everybody much.",
		Shows:  []string{"38.8 %", "34.0 %", "1,556"},
	},
}

var replication = Lesson{
	Name: "replication", Title: "Replication", Minutes: 25,
	Measures: "success rate by replication, share of all servents, hops to the first hit",
	Question: "The more servents hold a file, the easier it is found. How much does each copy help?",
	Guess:    "A flood with TTL 4 reaches 15 % of a thousand servents. How often does it find a file that 1 of them holds, or 10, or 50?",
	Steps: []Step{{
		What:    "One servent of a thousand holds the file. Everybody asks once, for a file of its own.",
		Command: "servent lab --topology regular:1000,4 --sources all --ttl 4 --replicas 1",
		Look: []string{
			"SHARE is the part of all servents that a query reaches: 14.9 %. With one copy, SUCCESS is about the same number: the copy is found if it lies in that part.",
		},
		Shows: []string{"14.9 %"},
	}, {
		What:    "Ten hold it.",
		Command: "servent lab --topology regular:1000,4 --sources all --ttl 4 --replicas 10",
		Look: []string{
			"MESSAGES are the same as before: a flood does not know what there is to find.",
			"A query misses one copy with the chance 1 − 0.149 = 0.851. It misses all ten with the chance 0.851 to the power of 10, which is 0.199. So it should succeed in 80.1 % of the cases; measured: 79.2 %.",
		},
		Shows: []string{"79.2 %"},
	}, {
		What:    "Fifty hold it.",
		Command: "servent lab --topology regular:1000,4 --sources all --ttl 4 --replicas 50",
		Look: []string{
			"SUCCESS: 99.9 %. The first ten copies helped far more than the forty after them.",
			"HOPS: with more copies the nearest one is nearer. So a smaller TTL would do, and cost less.",
			"For a chart of it, let one command try several numbers: --replicas 1,3,10,30,100 --plot replication.svg.",
		},
		Shows: []string{"99.9 %"},
	}},
	Exercise: Exercise{
		Task:   "Twenty servents hold the file. Compute the success from SHARE, then measure it.",
		Check:  []string{"servent lab --topology regular:1000,4 --sources all --ttl 4 --replicas 20"},
		Answer: "1 − 0.851 to the power of 20 is 0.960, so 96.0 %; measured: 95.1 %. A thousand queries leave some room for chance.",
		Shows:  []string{"95.1 %"},
	},
}
