/** A process that changes a rollout again and again, and prints each revision once it is acknowledged. */
import { plainRollout } from '../config/plain-rollout.ts'
import { openStore } from '../store/open-store.ts'

const store = await openStore({ url: process.argv[2]! })
const audit = { atMs: 0, subject: 'test', action: 'writer', target: 'killed', detail: {}, ok: true }
for (let revision = 0; ; revision++) {
  await store.rollouts.put(plainRollout('killed'), revision, audit)
  process.stdout.write(`${revision + 1}\n`)
}
