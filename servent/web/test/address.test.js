import assert from 'node:assert/strict';
import test from 'node:test';

globalThis.localStorage = /** @type {any} */ ({ getItem: () => null, setItem: () => {} });
const { addressOf, commandOf, requestOf } = await import('../page/js/lab/address.js');

test('what the lab is to try is in its address, and comes out of it again', () => {
  for (const [request, address] of /** @type {[any, string][]} */ ([
    [{ topology: 'ring:12', ttl: 3, seed: 1, strategies: ['flood'] }, 'topology=ring:12&ttl=3&seed=1&strategies=flood'],
    [{ topology: 'tree:3,4', ttl: 5, seed: 0, strategies: ['flood', 'walk:16:nobacktrack'], loss: '5%', replicas: '1%', source: 0, push: true, ttls: '1..5', sources: 'all', runs: 3 },
      'topology=tree:3,4&ttl=5&seed=0&strategies=flood,walk:16:nobacktrack&loss=5%25&replicas=1%25&source=0&push=1&ttls=1..5&sources=all&runs=3'],
    [{ graph_name: 'la classe & co.txt', ttl: 2, seed: 1, strategies: ['ring'] }, 'graph=la+classe+%26+co.txt&ttl=2&seed=1&strategies=ring'],
  ])) {
    assert.equal(addressOf(request), address);
    assert.deepEqual(requestOf(address), request);
  }
});

test('what the form leaves open is not in the address', () => {
  assert.equal(addressOf({ topology: 'ring:5', ttl: 1, dedup: undefined, replicas: '', push: false, wants: 'events' }), 'topology=ring:5&ttl=1');
});

test('an address that somebody made up says no more than it may', () => {
  const request = requestOf('ttl=-3&seed=1e99&runs=9999999999999999999&source=x&push=yes&strategies=a,b,c,d&__proto__=x&actions=[]&graph_text=1&constructor=2');
  assert.deepEqual(request, { strategies: ['a', 'b', 'c'] });
  assert.equal(requestOf(`topology=${'x'.repeat(1e6)}`).topology.length, 300);
  assert.deepEqual(requestOf('%zz&=&&ttl'), {});
});

test('the command says the same, and shells run nothing else', () => {
  assert.equal(commandOf({ topology: 'grid:5,8', ttl: 3, seed: 1, strategies: ['flood', 'ring'], loss: '5%', push: true, source: 4 }),
    'servent lab --web --topology grid:5,8 --seed 1 --strategy flood,ring --loss 5% --ttl 3');
  assert.equal(commandOf({ graph_name: "a b$(id)'.txt", ttl: 3, strategies: ['flood'], ttls: '1..3' }), String.raw`servent lab --web --graph 'a b$(id)'\''.txt' --strategy flood --ttl 1..3`);
});
