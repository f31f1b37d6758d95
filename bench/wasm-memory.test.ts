import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('counts memories that are made and memories that are exported, as they are now', () => {
  // (module (memory (export "m") 3)), in a process of its own: the listener replaces globals.
  const code = `
    import { watchWasmMemory } from ${JSON.stringify(fileURLToPath(new URL('./dist/wasm-memory.js', import.meta.url)))}
    const bytes = watchWasmMemory()
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 })
    const binary = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 3, 7, 5, 1, 1, 109, 2, 0)
    await WebAssembly.instantiate(binary)
    new WebAssembly.Instance(new WebAssembly.Module(binary))
    memory.grow(1)
    console.log(bytes() / 65536, memory instanceof WebAssembly.Memory)`
  const output = execFileSync('node', ['--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(output.trim()).toBe('8 true')
})
