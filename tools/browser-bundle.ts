/** Bundles core for a browser, the way a page with the default engine does. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = (path: string): string => `${root}packages/core/dist/${path}.js`
const page = `${root}tools/page.js`

const workers = {
  'wasm-worker': built('engine/wasm-worker'),
  'wasm-helper-worker': built('engine/wasm-helper-worker'),
}

export interface BundleOptions {
  readonly code: string
  /** Where the files are written; nowhere unless given. */
  readonly folder?: string
}

/** The files of a page of this code, which finds core by name, and of the workers of the wasm engine. */
export async function browserBundle({ code, folder }: BundleOptions): Promise<readonly OutputChunk[]> {
  const bundle = await rolldown({
    input: { page, ...workers },
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === page ? id : undefined),
        load: (id) => (id === page ? code : undefined),
      },
    ],
    logLevel: 'warn',
  })
  const options = { format: 'esm', minify: true } as const
  const { output } =
    folder === undefined ? await bundle.generate(options) : await bundle.write({ ...options, dir: folder })
  await bundle.close()
  return output.filter((file) => file.type === 'chunk')
}

/** What `names` need before they run: themselves and all that they import, the files imported later left out. */
export function loadedWith(chunks: readonly OutputChunk[], names: readonly string[]): readonly OutputChunk[] {
  const found = new Set<OutputChunk>()
  const visit = (fileName: string): void => {
    const chunk = chunks.find((one) => one.fileName === fileName)
    if (!chunk || found.has(chunk)) return
    found.add(chunk)
    for (const next of chunk.imports) visit(next)
  }
  for (const name of names) visit(`${name}.js`)
  return [...found]
}

/** Bytes on the way to a browser; each file is compressed by itself. */
export function gzipBytes(chunks: readonly OutputChunk[]): number {
  return chunks.reduce((total, { code }) => total + gzipSync(code, { level: 9 }).length, 0)
}
