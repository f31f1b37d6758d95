/** The program of a thread that helps a worker of the wasm engine. */
import { platform } from '#platform'
import { type Helper, openHelper } from './wasm/helper.ts'
import type { ToHelper } from './worker-protocol.ts'

const port = platform.openPort()
let helper: Helper | undefined

port.onMessage((received) => {
  const message = received as ToHelper // only a program of this package posts to this worker
  if (message.kind === 'attach') helper = openHelper(message.memory, message.block, message.thread)
  else helper?.load(message)
  // Later messages are read once the thread comes back, which it does when it lacks code.
  helper?.work()
})
