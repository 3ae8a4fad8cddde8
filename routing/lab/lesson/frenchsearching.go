package lesson

var frenchFloodOrWalk = translation{
	title:    "Inonder ou marcher",
	measures: "taux de succès, messages par requête, sauts jusqu'à la première réponse, charge de chaque servent",
	question: "Pour trouver un fichier, un servent peut demander à tous à la fois, demander en cercles de plus en plus larges, ou envoyer des marcheurs. Laquelle de ces manières le trouve, en combien de temps, et pour combien de messages ?",
	guess:    "Mille servents ont quatre liens chacun, et dix d'entre eux ont le fichier. Classez ces quatre manières, d'abord selon le nombre de messages par requête, puis selon le nombre de sauts jusqu'à la première réponse : une inondation avec un TTL de 5, un anneau croissant (un TTL de 1, puis 3, puis 5), un marcheur, seize marcheurs.",
	steps: []translatedStep{{
		what: "Pour chacune des quatre : le même graphe, les mêmes cinquante servents qui demandent, les mêmes dix qui ont le fichier. Un marcheur va de servent en servent, chaque fois chez un voisin tiré au hasard.",
		look: []string{
			"MESSAGES : l'inondation en coûte 451,8, car elle continue une fois le fichier trouvé : personne ne peut la rappeler. L'anneau s'arrête dès qu'un cercle a été assez large. C'est un marcheur seul qui en coûte le moins, 147.",
			"HOPS, les sauts : l'inondation prend le chemin le plus court et arrive la première, après 3,48 sauts. L'anneau compte tous ses cercles : 6,52. Un marcheur fait 147 pas, l'un après l'autre ; seize marcheurs en font 10,74 chacun avant que le premier trouve quelque chose.",
			"Seize marcheurs coûtent plus qu'un seul, 193,7 : chacun fait encore quelques pas avant d'apprendre qu'un autre a trouvé le fichier.",
			"GINI, dans le dernier tableau : les marcheurs donnent moins de travail, mais le répartissent moins équitablement, 0,29 et 0,32, là où 0 est l'égalité et 1 tout pour un seul. Cela dépend des chemins qu'ils prennent par hasard.",
		},
	}},
	task:   "Maintenant, un seul servent sur mille a le fichier. Que deviennent le succès de l'inondation et les messages des marcheurs ? Notez ce que vous devinez, puis essayez.",
	answer: "Une inondation avec un TTL de 5 atteint 38,8 % des servents ; elle trouve donc une copie unique à peu près aussi souvent : ici dans 34,0 % des cas. L'anneau aussi, qui s'arrête également au TTL de 5. Les marcheurs la trouvent toujours, mais il leur faut environ 1 500 messages (1 556 pour seize d'entre eux), plus de trois fois autant que l'inondation. Ce qui est fréquent, les marcheurs le trouvent à peu de frais ; ce qui est rare coûte cher à tout le monde.",
}

var frenchReplication = translation{
	title:    "La réplication",
	measures: "taux de succès selon la réplication, part de tous les servents, sauts jusqu'à la première réponse",
	question: "Plus il y a de servents qui ont un fichier, plus il est facile à trouver. Combien chaque copie aide-t-elle ?",
	guess:    "Une inondation avec un TTL de 4 atteint 15 % de mille servents. Dans quelle proportion de cas trouve-t-elle un fichier que 1, 10 ou 50 d'entre eux possèdent ?",
	steps: []translatedStep{{
		what: "Un servent sur mille a le fichier. Chacun demande une fois, chacun un fichier différent.",
		look: []string{
			"SHARE est la part de tous les servents qu'une requête atteint : 14,9 %. Avec une seule copie, SUCCESS, le taux de succès, est à peu près le même nombre : la copie est trouvée si elle est dans cette part.",
		},
	}, {
		what: "Dix l'ont.",
		look: []string{
			"Les MESSAGES sont les mêmes qu'avant : une inondation ne sait pas ce qu'il y a à trouver.",
			"Une requête manque une copie donnée avec la probabilité 1 − 0,149 = 0,851. Elle manque les dix avec la probabilité 0,851 à la puissance 10, soit 0,199. Elle devrait donc réussir dans 80,1 % des cas ; mesuré : 79,2 %.",
		},
	}, {
		what: "Cinquante l'ont.",
		look: []string{
			"SUCCESS : 99,9 %. Les dix premières copies ont aidé bien plus que les quarante suivantes.",
			"HOPS : plus il y a de copies, plus la plus proche est près. Un TTL plus petit suffirait donc, et coûterait moins.",
			"Pour en faire un graphique, essayez plusieurs nombres d'une seule commande : --replicas 1,3,10,30,100 --plot replication.svg.",
		},
	}},
	task:   "Vingt servents ont le fichier. Calculez le succès à partir de SHARE, puis mesurez-le.",
	answer: "1 − 0,851 à la puissance 20 font 0,960, soit 96,0 % ; mesuré : 95,1 %. Mille requêtes laissent une certaine place au hasard.",
}
