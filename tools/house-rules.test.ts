import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bareCasts, codeOnly, functionsOf, undocumented } from './code-text.ts'
import { sourceFiles } from './imports.ts'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const files = sourceFiles(packages)
  .filter((path) => /^\w+\/src\//.test(path) && !/_pb\.ts$|\.gen\.ts$/.test(path))
  .map((path) => ({ path, source: readFileSync(`${packages}/${path}`, 'utf8') }))
const tests = files.filter(({ path }) => path.endsWith('.test.ts'))
const sources = files.filter(({ path }) => !path.endsWith('.test.ts'))

/** Files and functions that may be longer, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {
  'schema-history.ts': 'a table of what each version of each operator allowed',
  'check.test.ts': 'one offending model per code of the checker',
  'group-query-attention.test.ts': 'values of whole caches',
  'instructions.ts': 'a table of the instructions of WebAssembly',
  'hostile.test.ts': 'one table of damaged files',
  'lower.test.ts': 'one table of operators and the versions they are lowered to',
  'normalizations.test.ts': 'one table per operator of a family',
  'rest.test.ts': 'one running server for all routes',
  'type-history.ts': 'a table of what each version of each operator allowed',
  'upgrade.test.ts': 'one table of models',
  'write.test.ts': 'one table of files',
}
const longFunctions: Readonly<Record<string, string>> = {
  buildFunction: 'state of the function in a closure',
  createBatchScheduler: 'state of the queue and its instances in a closure',
  createEnsemble: 'state of the ensemble in a closure',
  createPipeline: 'stages of the pipeline in a closure',
  createSequenceScheduler: 'state of the sequences in a closure',
  createSlotBatcher: 'state of the slots in a closure',
  fakeStore: 'tables of the store in a closure',
  makeLexer: 'state of the lexer in a closure',
  moduleBuilder: 'state of the module in a closure',
  openMachine: 'state of the machine in a closure',
  openPool: 'state of the pool in a closure',
  openProcessSlot: 'state of the slot in a closure',
  openRepository: 'state of the repository in a closure',
  openRollouts: 'state of the cache in a closure',
  openSessions: 'state of the leases in a closure',
  openSlot: 'state of the slot in a closure',
  openThreadSlot: 'state of the slot in a closure',
  workspace: 'state of the workspace in a closure',
}
const mostLines = 300
const mostFunctionLines = 60
/** Folders of core whose exported functions all state their contract. */
const documented = /^core\/src\/(base|ir|ops|reference|testing)\//

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const linesOf = (source: string) => source.trimEnd().split('\n').length
const matching = (pattern: RegExp, remedy: string) =>
  files.filter(({ source }) => pattern.test(codeOnly(source))).map(({ path }) => `${path}: ${remedy}`)

describe('sources', () => {
  it('are read', () => expect(sources.length).toBeGreaterThan(300))

  it('have no `any`', () => {
    expect(matching(/(?:[:<|&,]|\bas)\s*any\b(?!\()/, 'say the type, or unknown')).toEqual([])
  })

  it('have no double casts', () => {
    expect(matching(/\bas unknown as\b/, 'narrow the value, or change the type that needs this')).toEqual([])
  })

  it('have named exports only', () => {
    expect(matching(/^export default\b/m, 'export it by name')).toEqual([])
  })

  it('say why a cast holds', () => {
    const bare = sources.flatMap(({ path, source }) => bareCasts(source).map((line) => `${path}:${line}`))
    expect(bare.map((place) => `${place}: add a trailing comment with the reason, or drop the cast`)).toEqual(
      [],
    )
  })

  it('are files of readable length', () => {
    const long = files.filter(({ path, source }) => linesOf(source) > mostLines && !longFiles[nameOf(path)])
    expect(
      long.map(({ path, source }) => `${path}: split it, ${linesOf(source)} lines are over ${mostLines}`),
    ).toEqual([])
  })

  it('are made of functions of readable length', () => {
    const long = sources.flatMap(({ path, source }) =>
      functionsOf(source)
        .filter(({ name, lines }) => lines > mostFunctionLines && !longFunctions[name])
        .map(({ name, lines }) => `${path}: split ${name}, ${lines} lines are over ${mostFunctionLines}`),
    )
    expect(long).toEqual([])
  })

  it('list as long only what is long', () => {
    const long = files.filter(({ source }) => linesOf(source) > mostLines).map(({ path }) => nameOf(path))
    const functions = sources.flatMap(({ source }) =>
      functionsOf(source).flatMap(({ name, lines }) => (lines > mostFunctionLines ? [name] : [])),
    )
    const stale = [
      ...Object.keys(longFiles).filter((name) => !long.includes(name)),
      ...Object.keys(longFunctions).filter((name) => !functions.includes(name)),
    ]
    expect(
      stale.map((name) => `${name} is short now: take it off the list in tools/house-rules.test.ts`),
    ).toEqual([])
  })

  it('state the contract of what they export', () => {
    const silent = sources
      .filter(({ path }) => documented.test(path))
      .flatMap(({ path, source }) =>
        undocumented(source).map(({ name }) => `${path}: say above ${name} what it does`),
      )
    expect(silent).toEqual([])
  })
})

describe('operators and passes', () => {
  const defined = sources.flatMap(({ path, source }) =>
    [...source.matchAll(/^export const (\w+) = define(?:Op|Pass)\(/gm)].map((match) => ({
      path,
      name: match[1]!,
    })),
  )
  const tested = new Set(
    tests.flatMap(({ source }) =>
      [...source.matchAll(/^import \{([^}]*)\} from '[^']*\/([\w.-]+)'/gm)].flatMap(([, names, file]) =>
        names!.split(',').map((name) => `${file}:${name.trim()}`),
      ),
    ),
  )

  it('are found', () => expect(defined.length).toBeGreaterThan(200))

  it('each stand in a test', () => {
    const untested = defined.filter(({ path, name }) => !tested.has(`${nameOf(path)}:${name}`))
    expect(
      untested.map(({ path, name }) => `${path}: call opTest or passTest(${name}, …) in a test beside it`),
    ).toEqual([])
  })
})
