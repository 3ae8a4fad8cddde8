package web

const (
	labAgainEN = "Open the address that it has printed in its terminal. Where that was used already, end the lab there with Ctrl-C, start it again and open what it prints then:"
	labAgainFR = "Ouvrez l’adresse qu’il a affichée dans son terminal. Si elle a déjà servi, arrêtez-y le laboratoire avec Ctrl-C, relancez-le et ouvrez ce qu’il affiche alors :"
	labOnceEN  = "The address is good for one visit within an hour. The browser that opens it stays known until the lab ends."
	labOnceFR  = "L’adresse vaut pour une visite, dans l’heure. Le navigateur qui l’ouvre reste connu jusqu’à la fin du laboratoire."
)

// labRefusalWords are the texts that are others where the lab is alone: there is no
// servent that could print another link.
var labRefusalWords = map[string]map[reason]refusalText{
	"en": {
		unknownBrowser: {
			title: "This browser is not known yet",
			why:   "The lab of a servent runs here. Other users and programs of this computer can reach this address too, so it opens only to browsers that its user has let in.",
			do:    labAgainEN, command: true, after: []string{labOnceEN},
		},
		sessionEnded: {
			title: "This browser is signed out",
			why:   "It was let into the lab once, and has been signed out since.",
			do:    labAgainEN, command: true, after: []string{labOnceEN},
		},
		noPageKey: {
			title: refusalWords["en"][noPageKey].title, why: refusalWords["en"][noPageKey].why,
			do: labAgainEN, command: true, after: []string{labOnceEN, refusalWords["en"][noPageKey].after[1]},
		},
		usedLink: {
			title: "This link leads in no longer",
			why:   "A link to the lab is good for one visit within an hour. This one was used already, is too old, or is of a lab that has ended.",
			do:    labAgainEN, command: true, after: []string{labOnceEN},
		},
		wrongToken: {
			title: "There is no token here",
			why:   "A program sent a token. The lab takes none: programs have the command servent lab.",
			do:    labAgainEN, command: true,
		},
		tooManyTries: {
			title: "Too many tries",
			why:   "Wrong secrets were tried too often, and what comes next is not looked at for a while. Wait {} seconds.",
			do:    labAgainEN, command: true,
		},
		wrongName: {
			title: refusalWords["en"][wrongName].title, why: refusalWords["en"][wrongName].why,
			do: againEN, address: true, after: []string{"The lab is for the computer alone where it runs."},
		},
	},
	"fr": {
		unknownBrowser: {
			title: "Ce navigateur n’est pas encore connu",
			why:   "Le laboratoire d’un servent tourne ici. D’autres utilisateurs et programmes de cet ordinateur peuvent atteindre cette adresse : elle ne s’ouvre donc qu’aux navigateurs que son utilisateur a laissés entrer.",
			do:    labAgainFR, command: true, after: []string{labOnceFR},
		},
		sessionEnded: {
			title: "Ce navigateur est déconnecté",
			why:   "Il était entré une fois dans le laboratoire, et a été déconnecté depuis.",
			do:    labAgainFR, command: true, after: []string{labOnceFR},
		},
		noPageKey: {
			title: refusalWords["fr"][noPageKey].title, why: refusalWords["fr"][noPageKey].why,
			do: labAgainFR, command: true, after: []string{labOnceFR, refusalWords["fr"][noPageKey].after[1]},
		},
		usedLink: {
			title: "Ce lien ne mène plus à la page",
			why:   "Un lien vers le laboratoire vaut pour une visite, dans l’heure. Celui-ci a déjà servi, est trop ancien, ou vient d’un laboratoire qui s’est arrêté.",
			do:    labAgainFR, command: true, after: []string{labOnceFR},
		},
		wrongToken: {
			title: "Il n’y a pas de jeton ici",
			why:   "Un programme a envoyé un jeton. Le laboratoire n’en prend pas : les programmes ont la commande servent lab.",
			do:    labAgainFR, command: true,
		},
		tooManyTries: {
			title: "Trop d’essais",
			why:   "Trop de secrets faux ont été essayés, et les suivants ne sont pas examinés pour l’instant. Attendez {} secondes.",
			do:    labAgainFR, command: true,
		},
		wrongName: {
			title: refusalWords["fr"][wrongName].title, why: refusalWords["fr"][wrongName].why,
			do: againFR, address: true, after: []string{"Le laboratoire n’est que pour l’ordinateur où il tourne."},
		},
	},
}
