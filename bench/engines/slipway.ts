/** Slipway's own engines, as callers use them. */
import { readFileSync } from 'node:fs'
import type { Engine, Session, SessionOptions, Tensor } from '@slipway/core'
import type { EngineAdapter, Runner, Tensors } from './adapter.ts'

type Core = typeof import('@slipway/core')
/** An engine that has threads takes their number beside the other options. */
type Options = SessionOptions & { readonly threads?: number }

export const wasm: EngineAdapter = slipway((core, threads) => ({ engine: wasmEngineOf(core), threads }))
export const reference: EngineAdapter = {
  ...slipway(({ referenceEngine }) => ({ engine: referenceEngine })),
  refuses: (threads) => (threads > 1 ? 'a run of the reference engine takes one thread' : undefined),
}

function slipway(optionsOf: (core: Core, threads: number) => Options): EngineAdapter {
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

function wasmEngineOf(core: object): Engine {
  const engine = Object.entries(core).find(([name]) => name === 'wasmEngine')?.[1]
  if (engine) return engine
  throw new Error('Cannot run engine wasm: @slipway/core must export wasmEngine, got a build without it')
}

function runnerOf(session: Session, inputs: Tensors): Runner {
  const given = Object.fromEntries(inputs)
  return {
    run: async () => {
      const results = Object.entries(await session.run(given))
      return new Map(results.filter((entry): entry is [string, Tensor] => entry[1].kind === 'tensor'))
    },
    wasmBytes: () => {
      const { wasmBytes } = { wasmBytes: undefined, ...session.memory() }
      return typeof wasmBytes === 'number' ? wasmBytes : undefined
    },
  }
}

function versionOfCore(): string {
  const manifest = readFileSync(new URL('../../../packages/core/package.json', import.meta.url), 'utf8')
  return JSON.parse(manifest).version
}
