package lesson

var frenchWhatLatencyDoes = translation{
	title:    "Ce que la latence fait à la portée",
	measures: "servents atteints, messages, doublons, copies améliorées",
	question: "Certains liens sont lents, d'autres rapides. Une requête atteint-elle encore tous les servents que son TTL permet ?",
	guess:    "Un servent transmet la première copie d'une requête et jette toutes les suivantes. Dessinez un servent auquel mènent deux chemins : l'un par deux liens lents, l'autre par trois liens rapides. Quelle copie arrive la première ? Quel TTL lui reste-t-il ?",
	steps: []translatedStep{{
		what: "Tous les liens prennent le même temps.",
		look: []string{
			"La première copie arrive toujours par un plus court chemin. REACHED vaut tout ce que le TTL permet, comme le dit la colonne CLOSED FORM : 140,5, puis 317,7, puis 476,5 servents.",
		},
	}, {
		what: "Maintenant, chaque lien a sa propre latence, tirée au hasard, de 100 ms en moyenne.",
		look: []string{
			"Avec un TTL de 6, une requête atteint 412,8 servents, et non plus 476,5. Une copie venue par des liens plus nombreux mais plus rapides arrive la première, et il lui reste moins de TTL. La copie qui aurait pu aller plus loin vient plus tard et est jetée.",
			"Il y a aussi moins de MESSAGES : 622,1 au lieu de 957,2. Ce qui est jeté n'est pas transmis.",
		},
	}, {
		what: "Les mêmes latences, avec une autre règle pour les copies suivantes : celle à qui il reste plus de TTL qu'à toutes les précédentes est transmise de nouveau.",
		look: []string{
			"REACHED redevient ce qu'il était avec des latences égales : 140,5, 317,7 et 476,5.",
			"Cela a son prix : avec un TTL de 6, une requête coûte 1 027,9 messages. IMPROVED compte les copies transmises de nouveau.",
		},
	}},
	task:   "Faites varier les latences entre 90 ms et 110 ms. Une requête atteint-elle maintenant moins de servents ? Calculez : à partir de combien de liens un chemin qui en a un de plus peut-il être le plus rapide ?",
	answer: "Elle en atteint autant qu'avec des latences égales : 140,5, 317,7 et 476,5. Un chemin de n + 1 liens prend au moins 90 (n + 1) ms, un chemin de n liens au plus 110 n ms ; le plus long ne peut être plus rapide que si 90 (n + 1) est inférieur à 110 n, c'est-à-dire à partir de cinq liens, et encore faut-il que presque tous ses liens soient des plus rapides et ceux de l'autre des plus lents.",
}

var frenchChurn = translation{
	title:    "Ceux qui vont et viennent",
	measures: "servents atteints, messages perdus, charge de chaque servent",
	question: "Les servents vont et viennent. Qu'est-ce que cela fait à une recherche, et est-il important qu'ils disent au revoir ?",
	guess:    "500 servents ont quatre liens chacun. Chacun reste dix minutes en moyenne, puis un autre arrive, avec quatre nouveaux liens. Ceux qui ont perdu un voisin n'en cherchent pas d'autre. Une requête atteint-elle plus, moins ou autant de servents qu'avant ?",
	steps: []translatedStep{{
		what: "Personne ne part.",
		look: []string{
			"Une requête atteint 498,9 des 499 autres.",
			"GINI, dans le dernier tableau, dit combien le travail est inégal : 0 quand tous en ont autant. Ici il est petit, car tous ont quatre liens.",
		},
	}, {
		what: "Les servents restent cinq minutes en médiane, dix en moyenne, et envoient un Bye quand ils partent. Deux minutes séparent deux requêtes.",
		look: []string{
			"Une requête atteint 491,0 de ceux qui sont là à ce moment. Parmi les autres, certains ont perdu tous leurs voisins, et certains sont plus loin que le TTL ne permet d'aller.",
			"GINI et MAX ont augmenté. C'est maintenant le hasard qui dit qui a combien de liens, et donc combien de travail : certains ont perdu des voisins, d'autres ont été choisis par ceux qui arrivaient.",
		},
	}, {
		what: "Tous partent sans un mot. Leurs voisins mettent 35 secondes à s'en apercevoir.",
		look: []string{
			"REACHED reste le même, 491,0 : ceux qui sont là sont atteints comme avant.",
			"LOST : 109,6 des 1 559,0 messages, soit 7 %, vont à des servents qui ne sont plus là. Chaque servent part au bout de 600 secondes en moyenne, et pendant 35 secondes ses voisins continuent de lui envoyer des messages : cela fait 6 % des liens. Parmi les messages, c'est un peu plus, car une requête ne repart pas par le lien dont elle vient, et celui-là mène à quelqu'un.",
		},
	}},
	task:   "Faites rester les servents deux fois plus longtemps (10m,20m). Combien de messages d'une requête seront perdus ? Cherchez ensuite quelle part de ceux qui ne sont pas atteints est trop loin : que change un TTL de 15 ?",
	answer: "Il s'en perd à peu près moitié moins : 55,5. Avec un TTL de 15, une requête atteint 494,9 servents : près de la moitié de ceux qu'un TTL de 7 n'atteint pas étaient donc trop loin ; les autres n'ont plus de voisin.",
}
