package web

// These are what one refusal says to a browser's user. In why, {} stands for what
// was asked for, or for the seconds to wait.
type refusalText struct {
	title, why string
	do         string
	command    bool // show what to type in a terminal
	address    bool // show the address of the page
	form       bool // ask for the password
	after      []string
}

// The words around them.
type formWords struct{ Password, Open, AnotherSite string }

var wordsOfForm = map[string]formWords{
	"en": {Password: "Password", Open: "Open the page", AnotherSite: "another site"},
	"fr": {Password: "Mot de passe", Open: "Ouvrir la page", AnotherSite: "un autre site"},
}

const (
	typeEN  = "On the computer where it runs, type this in a terminal and open the address that it prints:"
	typeFR  = "Sur l’ordinateur où il tourne, tapez ceci dans un terminal, puis ouvrez l’adresse affichée :"
	orEN    = "Or let this browser in without it: on the computer where it runs, type this in a terminal and open the address that it prints:"
	orFR    = "Ou laissez entrer ce navigateur sans lui : sur l’ordinateur où il tourne, tapez ceci dans un terminal, puis ouvrez l’adresse affichée :"
	onceEN  = "The address is good for one visit within an hour. The browser that opens it stays known until 30 days after its last visit."
	onceFR  = "L’adresse vaut pour une visite, dans l’heure. Le navigateur qui l’ouvre reste connu jusqu’à 30 jours après sa dernière visite."
	plainEN = "What passes between your browser and this servent is not encrypted: whoever listens on the way can read it, the password too. Use one that you use nowhere else."
	plainFR = "Ce qui passe entre votre navigateur et ce servent n’est pas chiffré : quiconque écoute en chemin peut le lire, mot de passe compris. N’en prenez pas un qui vous sert ailleurs."
	againEN = "Nothing was done. The page itself is here:"
	againFR = "Rien n’a été fait. La page elle-même est ici :"
)

// refusalWords are the texts by language and reason.
var refusalWords = map[string]map[reason]refusalText{
	"en": {
		unknownBrowser: {
			title: "This browser is not known yet",
			why:   "A servent runs here. Other users and programs of this computer can reach this address too, so it opens only to browsers that its user has let in.",
			do:    typeEN, command: true, after: []string{onceEN},
		},
		sessionEnded: {
			title: "This browser is signed out",
			why:   "It was let in once, and has been signed out since, or was not here for 30 days.",
			do:    typeEN, command: true, after: []string{onceEN},
		},
		noPageKey: {
			title: "The key of the page is not here",
			why:   "A servent runs here, and has let this browser in. But of the two secrets that it was given then, the browser has one: the cookie, which programs on other ports of this computer can get, too. The key beside it, which the browser stores for this address alone, is gone: stored data was cleared, or nothing may be stored.",
			do:    typeEN, command: true,
			after: []string{onceEN, "If you read this again after that, let your browser store data for this address. In a window that stores nothing the page cannot work."},
		},
		usedLink: {
			title: "This link leads in no longer",
			why:   "A link to the page is good for one visit within an hour. This one was used already, is too old, or is of a servent that was started anew since.",
			do:    typeEN, command: true,
			after: []string{onceEN, "If you have not used it yourself, somebody else saw it and may be in: stop the servent, remove the file api.token from its home and start it again. That signs out every browser."},
		},
		askPassword: {
			title: "The page asks for a password",
			why:   "A servent runs here. Its page opens to who knows the password that its user has set.",
			form:  true, do: orEN, command: true, after: []string{plainEN},
		},
		wrongPassword: {
			title: "That is not the password",
			why:   "The page opens to who knows the password that the user of this servent has set. After a few wrong ones it takes the next only after a while.",
			form:  true, do: orEN, command: true, after: []string{plainEN},
		},
		wrongToken: {
			title: "That is not the token",
			why:   "A program sent a token that is not this servent’s. The right one is in the file api.token in its home.",
			do:    typeEN, command: true,
		},
		tooManyTries: {
			title: "Too many tries",
			why:   "Wrong secrets were tried too often, and what comes next is not looked at for a while. Wait {} seconds. A new link leads in all the same.",
			do:    typeEN, command: true,
		},
		wrongName: {
			title: "Not under this name",
			why:   "The page was asked for as “{}”, which is no name of this servent. A site may have pointed a name of its own at this computer, to have your browser do things here (DNS rebinding): so it was refused.",
			do:    againEN, address: true,
			after: []string{"From another computer, use the IP address of the one where the servent runs; it must have been started for that: servent up --help"},
		},
		otherPage: {
			title: "Another site asked for this",
			why:   "The page of {} had your browser ask this servent for something. Only the servent’s own page may.",
			do:    againEN, address: true, after: []string{"Close that site if you do not trust it."},
		},
		nobodysPage: {
			title: "It is not said who asks",
			why:   "Your browser did not say which page asked for this change, and only the servent’s own page may. Browsers of 2020 and later say so; an older one, or an extension that keeps it back, cannot be used here.",
			do:    againEN, address: true,
		},
		notFound: {
			title: "There is nothing here",
			why:   "This servent has nothing at {}.",
			do:    "Its page is here:", address: true,
		},
	},
	"fr": {
		unknownBrowser: {
			title: "Ce navigateur n’est pas encore connu",
			why:   "Un servent tourne ici. D’autres utilisateurs et programmes de cet ordinateur peuvent atteindre cette adresse : elle ne s’ouvre donc qu’aux navigateurs que son utilisateur a laissés entrer.",
			do:    typeFR, command: true, after: []string{onceFR},
		},
		sessionEnded: {
			title: "Ce navigateur est déconnecté",
			why:   "Il était entré une fois ; il a été déconnecté depuis, ou n’est pas revenu pendant 30 jours.",
			do:    typeFR, command: true, after: []string{onceFR},
		},
		noPageKey: {
			title: "La clé de la page n’est pas ici",
			why:   "Un servent tourne ici et a laissé entrer ce navigateur. Mais des deux secrets qu’il a reçus alors, il n’en a plus qu’un : le cookie, que des programmes sur d’autres ports de cet ordinateur peuvent obtenir aussi. La clé qui l’accompagne, que le navigateur garde pour cette seule adresse, n’est plus là : les données de cette adresse ont été effacées, ou le navigateur n’a pas le droit d’en garder.",
			do:    typeFR, command: true,
			after: []string{onceFR, "Si vous lisez encore ceci après cela, autorisez votre navigateur à garder des données pour cette adresse. Dans une fenêtre qui ne garde rien, la page ne peut pas marcher."},
		},
		usedLink: {
			title: "Ce lien ne mène plus à la page",
			why:   "Un lien vers la page vaut pour une visite, dans l’heure. Celui-ci a déjà servi, est trop ancien, ou vient d’un servent redémarré depuis.",
			do:    typeFR, command: true,
			after: []string{onceFR, "Si ce n’est pas vous qui l’avez ouvert, quelqu’un d’autre l’a vu et est peut-être entré : arrêtez le servent, supprimez le fichier api.token de son dossier et relancez-le. Tous les navigateurs sont alors déconnectés."},
		},
		askPassword: {
			title: "La page demande un mot de passe",
			why:   "Un servent tourne ici. Sa page s’ouvre à qui connaît le mot de passe que son utilisateur a choisi.",
			form:  true, do: orFR, command: true, after: []string{plainFR},
		},
		wrongPassword: {
			title: "Ce n’est pas le mot de passe",
			why:   "La page s’ouvre à qui connaît le mot de passe choisi par l’utilisateur de ce servent. Après quelques erreurs, l’essai suivant n’est pris qu’au bout d’un moment.",
			form:  true, do: orFR, command: true, after: []string{plainFR},
		},
		wrongToken: {
			title: "Ce n’est pas le jeton",
			why:   "Un programme a envoyé un jeton qui n’est pas celui de ce servent. Le bon est dans le fichier api.token de son dossier.",
			do:    typeFR, command: true,
		},
		tooManyTries: {
			title: "Trop d’essais",
			why:   "Trop de secrets faux ont été essayés, et les suivants ne sont pas examinés pour l’instant. Attendez {} secondes. Un nouveau lien mène quand même à la page.",
			do:    typeFR, command: true,
		},
		wrongName: {
			title: "Pas sous ce nom",
			why:   "La page a été demandée sous le nom « {} », qui n’est pas un nom de ce servent. Un site a pu faire pointer un nom à lui vers cet ordinateur, pour que votre navigateur y agisse à sa place (DNS rebinding) : la demande a donc été refusée.",
			do:    againFR, address: true,
			after: []string{"Depuis un autre ordinateur, utilisez l’adresse IP de celui où tourne le servent, qui doit avoir été lancé pour cela : servent up --help"},
		},
		otherPage: {
			title: "La demande vient d’un autre site",
			why:   "La page de {} a fait faire une demande à ce servent par votre navigateur. Seule la page du servent peut en faire.",
			do:    againFR, address: true, after: []string{"Fermez ce site si vous ne lui faites pas confiance."},
		},
		nobodysPage: {
			title: "On ne sait pas qui demande",
			why:   "Votre navigateur n’a pas dit quelle page demandait ce changement, et seule la page du servent peut le faire. Les navigateurs depuis 2020 le disent ; un plus ancien, ou une extension qui le cache, ne convient pas ici.",
			do:    againFR, address: true,
		},
		notFound: {
			title: "Il n’y a rien ici",
			why:   "Ce servent n’a rien à l’adresse {}.",
			do:    "Sa page est ici :", address: true,
		},
	},
}
