// Package servent is a node of the overlay: a libp2p host, its links to
// neighbours, searches, answers, transfers, and the local API.
//
// A [Servent] is made by [New] and lives as long as [Servent.Run]. One
// goroutine, the loop, owns the [routing.Router], the links and the searches;
// every other goroutine sends it arrivals or calls. See ARCHITECTURE.md for a
// Query from top to bottom and for who owns what.
package servent
