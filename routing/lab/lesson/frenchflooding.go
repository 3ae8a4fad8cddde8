package lesson

var frenchWhatTTLDoes = translation{
	title:    "Ce que fait le TTL",
	measures: "servents atteints, part de tous les servents, messages",
	question: "Une requête porte un TTL : le nombre de liens qu'elle peut encore franchir. Combien de servents atteint-elle avec un TTL de 1, 2, 3 et 4 ?",
	guess:    "Les servents forment un arbre. Chacun a trois servents sous lui. La requête part du sommet. Combien de servents atteint-elle avec un TTL de 1, 2, 3 et 4 ?",
	steps: []translatedStep{{
		what: "Un arbre de cinq niveaux : 1 + 3 + 9 + 27 + 81 = 121 servents. Le servent 0, au sommet, lance la requête.",
		look: []string{
			"REACHED, les servents atteints : chaque TTL en ajoute trois fois plus que le précédent : 3, 9, 27, 81. La colonne CLOSED FORM donne le même nombre, calculé et non mesuré : 3 + 9 + 27 + 81 = 120, soit 100,0 % des autres.",
			"MESSAGES : le dernier TTL coûte à lui seul 81 des 120 messages, plus que tous les précédents réunis.",
			"DUPLICATES, les doublons : aucun. Dans un arbre, un seul chemin mène à chaque servent ; chaque message en trouve donc un nouveau.",
		},
	}},
	task:   "Prenez un arbre de six niveaux, avec deux servents sous chacun (tree:2,6). Quel TTL atteint tous les servents ? Combien y a-t-il de servents, et combien de messages coûte cette requête ?",
	answer: "63 servents. Un TTL de 5 atteint les 62 autres : 2 + 4 + 8 + 16 + 32 = 62 messages. Un TTL de 6 ne change rien : la requête n'a plus où aller.",
}

var frenchWhyDuplicates = translation{
	title:    "Pourquoi des doublons",
	measures: "messages, doublons, servents atteints",
	question: "Pourquoi un servent reçoit-il plusieurs fois la même requête, et qu'est-ce que cela coûte ?",
	guess:    "Six servents sont tous reliés entre eux. L'un d'eux lance une requête avec un TTL de 2. Combien de messages sont envoyés, et combien arrivent chez un servent qui a déjà la requête ?",
	steps: []translatedStep{{
		what: "Six servents, chacun relié aux cinq autres : 15 liens.",
		look: []string{
			"Un TTL de 1 atteint tout le monde, avec cinq messages.",
			"Un TTL de 2 n'atteint personne de plus et coûte 20 messages supplémentaires, 25 en tout. Chacun des cinq servents transmet la requête aux quatre dont elle ne vient pas, et tous l'ont déjà. Un servent retient le GUID d'une requête et jette la seconde copie, mais à ce moment-là elle a été envoyée.",
			"Un TTL de 3 ne coûte pas plus qu'un TTL de 2 : ce qui est jeté n'est pas transmis.",
		},
	}, {
		what: "Cent servents de quatre liens chacun, tirés au hasard.",
		look: []string{
			"Tant que le TTL est petit, il y a peu de doublons : la plupart des liens mènent à des servents qui ne connaissent pas encore la requête.",
			"À la fin, la plupart des messages sont des doublons : la plupart des liens ramènent à des servents qui la connaissent.",
			"Quand rien n'arrête l'inondation, MESSAGES vaut 2 × liens − servents + 1 = 2 × 200 − 100 + 1 = 301, quelle que soit la forme du graphe. Chaque servent envoie la requête à tous ses voisins sauf à celui dont elle vient ; seul celui qui la lance l'envoie à tous.",
		},
	}},
	task:   "Huit servents sont tous reliés entre eux (complete:8). L'un d'eux lance une requête avec un TTL de 2. Calculez les liens, les messages et les doublons.",
	answer: "8 × 7 / 2 = 28 liens ; 2 × 28 − 8 + 1 = 49 messages ; 7 d'entre eux atteignent un nouveau servent, 49 − 7 = 42 sont des doublons.",
}

var frenchRingMeetsItself = translation{
	title:    "Quand un anneau se referme",
	measures: "servents atteints, messages, doublons",
	question: "Dans un anneau, une requête part dans les deux sens. Que se passe-t-il là où ses deux moitiés se rencontrent ?",
	guess:    "Dessinez un anneau de 12 servents. L'un d'eux lance une requête. Avec quel TTL tous les autres l'ont-ils ? Marquez l'endroit où les moitiés se rencontrent.",
	steps: []translatedStep{{
		what: "Un anneau de 12 servents. Le servent 0 lance la requête.",
		look: []string{
			"TTL de 1 à 5 : chaque TTL atteint deux servents de plus, un de chaque côté.",
			"TTL de 6 : les moitiés se rencontrent au servent 6, à l'opposé. Il reçoit deux copies en même temps : l'une est nouvelle, l'autre est un doublon. L'inondation coûte 12 messages et atteint 11 servents.",
			"TTL de 7 : le servent 6 a transmis la première copie, au voisin qui lui a envoyé la seconde. Cela fait un doublon de plus, et 13 messages.",
			"TTL de 8 : rien de plus. La requête pourrait continuer, mais ceux qui la reçoivent la connaissent déjà et la jettent. C'est ce qui met fin à une inondation, même quand le TTL ne le fait pas.",
		},
	}},
	task:   "Prenez maintenant un anneau de 11 servents. Avec quel TTL les moitiés se rencontrent-elles, entre quels servents, et combien y a-t-il finalement de messages et de doublons ?",
	answer: "Un TTL de 5 atteint les dix autres, avec dix messages. Avec un TTL de 6, les servents 5 et 6 s'envoient l'un à l'autre la requête par le lien qui les unit : 12 messages, 2 doublons. 2 × 11 − 11 + 1 = 12.",
}
