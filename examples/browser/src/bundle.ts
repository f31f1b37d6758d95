/** Bundles the page and the engine's worker. The worker's file lies beside the page's as it does in core. */
import { fileURLToPath } from 'node:url'

interface Esbuild {
  build(options: object): Promise<unknown>
}

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
/** The page finds its worker at `../engine/` from where it lies itself. */
const entries = {
  'app/page': pathOf('../src/page.ts'),
  'engine/reference-worker': pathOf('../../../packages/core/dist/engine/reference-worker.js'),
}

/** Writes the bundles into a folder. Rejects where esbuild is not installed. */
export async function bundle(folder: string): Promise<void> {
  const name: string = 'esbuild'
  const esbuild: Esbuild = await import(name)
  await esbuild.build({
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
}
