// Puts each worker of core and all it imports into one file: a worker starts several times faster than from its modules.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const dist = fileURLToPath(new URL('../packages/core/dist/', import.meta.url))
rmSync(`${dist}workers`, { recursive: true, force: true })
for (const name of ['wasm-worker', 'wasm-helper-worker', 'reference-worker']) {
  const bundle = await rolldown({
    input: `${dist}engine/${name}.js`,
    platform: 'node',
    treeshake: true,
    logLevel: 'warn',
  })
  await bundle.write({
    file: `${dist}workers/${name}.js`,
    format: 'esm',
    minify: 'dce-only',
    sourcemap: true,
  })
  await bundle.close()
}
