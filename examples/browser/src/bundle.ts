/** Bundles the page and the engine's workers. Their files lie beside the page's as they do in core. */
import { fileURLToPath } from 'node:url'

interface Esbuild {
  build(options: object): Promise<unknown>
}

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const worker = (name: string) => pathOf(`../../../packages/core/dist/engine/${name}.js`)
/** The page finds its workers at `../engine/` from where it lies itself. */
const entries = {
  'app/page': pathOf('../src/page.ts'),
  'engine/wasm-worker': worker('wasm-worker'),
  'engine/wasm-helper-worker': worker('wasm-helper-worker'),
}

/** Writes the bundles into a folder, `more` beside the page's. Rejects where esbuild is not installed. */
export async function bundle(folder: string, more: readonly string[] = []): Promise<void> {
  const name: string = 'esbuild'
  const esbuild: Esbuild = await import(name)
  await esbuild.build({
    entryPoints: {
      ...entries,
      ...Object.fromEntries(more.map((name) => [`app/${name}`, pathOf(`../src/${name}.ts`)])),
    },
    outdir: folder,
    bundle: true,
    // What page and workers share is loaded once.
    splitting: true,
    chunkNames: 'app/[name]-[hash]',
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
}
