/** The examples of doc comments and of the README, as code that can be run. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFiles } from './imports.ts'

export interface Example {
  /** Path from the root of the project. */
  readonly file: string
  /** The compiled module that the example's names come from, beside the packages' own exports. */
  readonly module: string | undefined
  readonly code: string
}

const packages = ['packages/core', 'packages/onnxruntime', 'packages/server', 'packages/cli'] as const

/** Every `@example` of the packages, and the TypeScript blocks of the README. */
export function examplesOf(root: string): Example[] {
  const inSources = packages.flatMap((folder) =>
    sourceFiles(join(root, folder, 'src'))
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, 'src', file), 'utf8')
        const module = join(folder, 'dist', file.replace(/\.ts$/, '.js'))
        return docExamples(text).map((code) => ({ file: join(folder, 'src', file), module, code }))
      }),
  )
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!)
  return [...inSources, ...blocks.map((code) => ({ file: 'README.md', module: undefined, code }))]
}

/** The text between `@example` and the next tag or the end of the comment. */
function docExamples(text: string): string[] {
  return [...text.matchAll(/@example\n([\s\S]*?)(?=\n *\*\s*@|\n *\*\/)/g)].map((match) =>
    match[1]!.replaceAll(/^ *\* ?/gm, ''),
  )
}

/**
 * The body of an async function: imports and exports are dropped, because the names are given as arguments, and
 * `expression // value` becomes a check where the comment is a value.
 */
export function runnable(code: string): string {
  return code
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .map((line) => line.replace(/^export /, '').replace(/port: \d+/, 'port: 0'))
    .map((line) => line.replace(/^(?!const |let |await |\/\/)(.+?) \/\/ ([-\d.[{'"].*)$/, 'check($1, $2)'))
    .join('\n')
}
