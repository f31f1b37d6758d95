// Puts each worker and all it imports into one file: a worker starts several times faster than from its modules.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))
/** Built modules by package. Core, as far as it is part of a server's program, finds its own beside that program. */
const programs = {
  core: [
    'core/dist/engine/wasm-worker',
    'core/dist/engine/wasm-helper-worker',
    'core/dist/engine/reference-worker',
  ],
  server: [
    'server/dist/executor/run-worker',
    'server/dist/executor/run-process',
    'core/dist/engine/wasm-helper-worker',
  ],
}

for (const [name, modules] of Object.entries(programs)) {
  const folder = `${packages}${name}/dist/workers`
  rmSync(folder, { recursive: true, force: true })
  for (const module of modules) {
    const bundle = await rolldown({
      input: `${packages}${module}.js`,
      platform: 'node',
      treeshake: true,
      logLevel: 'warn',
    })
    await bundle.write({
      file: `${folder}${module.slice(module.lastIndexOf('/'))}.js`,
      format: 'esm',
      minify: 'dce-only',
      sourcemap: true,
    })
    await bundle.close()
  }
}
