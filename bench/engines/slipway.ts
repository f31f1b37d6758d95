/** Slipway's own engines, as callers use them. */
import { readFileSync } from 'node:fs'
import type { Session, SessionOptions, Tensor } from '@slipway/core'
import type { EngineAdapter, Runner, Tensors } from './adapter.ts'

type Core = typeof import('@slipway/core')

export const wasm: EngineAdapter = slipway(({ wasmEngine }, threads) => ({ engine: wasmEngine, threads }))
export const reference: EngineAdapter = {
  ...slipway(({ referenceEngine }) => ({ engine: referenceEngine })),
  refuses: (threads) => (threads > 1 ? 'a run of the reference engine takes one thread' : undefined),
}

function slipway(optionsOf: (core: Core, threads: number) => SessionOptions): EngineAdapter {
  return {
    async load() {
      const core = await import('@slipway/core')
      optionsOf(core, 1)
      return {
        version: versionOfCore(),
        create: async (bytes, inputs, { threads }) =>
          runnerOf(await core.createSession(bytes, optionsOf(core, threads)), inputs),
      }
    },
  }
}

function runnerOf(session: Session, inputs: Tensors): Runner {
  const given = Object.fromEntries(inputs)
  return {
    run: async () => {
      const results = Object.entries(await session.run(given))
      return new Map(results.filter((entry): entry is [string, Tensor] => entry[1].kind === 'tensor'))
    },
    wasmBytes: () => session.memory().wasmBytes,
  }
}

function versionOfCore(): string {
  const manifest = readFileSync(new URL('../../../packages/core/package.json', import.meta.url), 'utf8')
  return JSON.parse(manifest).version
}
