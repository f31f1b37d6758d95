/** Slipway's own engines, as callers use them. */
import { readFileSync } from 'node:fs'
import type { Inputs, Session, SessionOptions, SessionResults, Tensor } from '@slipway/core'
import type { EngineAdapter, Runner, Tensors } from './adapter.ts'

type Core = typeof import('@slipway/core')

export const wasm: EngineAdapter = slipway(({ wasmEngine }, threads) => ({ engine: wasmEngine, threads }))
/** The same kernels on the calling thread, for models so small that a hand-over costs more than the work. */
export const wasmSync: EngineAdapter = {
  ...slipway(
    ({ wasmEngine }) => ({ engine: wasmEngine, threads: 1 }),
    (session, given) => session.runSync(given),
  ),
  refuses: (threads) => (threads > 1 ? 'a synchronous run takes one thread' : undefined),
}
export const reference: EngineAdapter = {
  ...slipway(({ referenceEngine }) => ({ engine: referenceEngine })),
  refuses: (threads) => (threads > 1 ? 'a run of the reference engine takes one thread' : undefined),
}

type Run = (session: Session, given: Inputs) => SessionResults | Promise<SessionResults>

function slipway(
  optionsOf: (core: Core, threads: number) => SessionOptions,
  run: Run = (session, given) => session.run(given),
): EngineAdapter {
  return {
    async load() {
      const core = await import('@slipway/core')
      optionsOf(core, 1)
      return {
        version: versionOfCore(),
        create: async (bytes, inputs, { threads }) =>
          runnerOf(await core.createSession(bytes, optionsOf(core, threads)), inputs, run),
      }
    },
  }
}

function runnerOf(session: Session, inputs: Tensors, run: Run): Runner {
  const given = Object.fromEntries(inputs)
  return {
    run: async () => {
      const results = Object.entries(await run(session, given))
      return new Map(results.filter((entry): entry is [string, Tensor] => entry[1].kind === 'tensor'))
    },
    wasmBytes: () => session.memory().wasmBytes,
  }
}

function versionOfCore(): string {
  const manifest = readFileSync(new URL('../../../packages/core/package.json', import.meta.url), 'utf8')
  return JSON.parse(manifest).version
}
