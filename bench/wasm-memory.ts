/** Finds the WebAssembly memories of code that does not tell: whatever makes or exports one is written down. */

/** Starts to listen; the function returned says how many bytes the memories hold now. */
export function watchWasmMemory(): () => number {
  const memories = new Set<WebAssembly.Memory>()
  const note = (instance: WebAssembly.Instance) => {
    for (const value of Object.values(instance.exports)) {
      if (value instanceof WebAssembly.Memory) memories.add(value)
    }
  }
  const { instantiate } = WebAssembly
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, args, newTarget) {
      const memory = Reflect.construct(target, args, newTarget)
      memories.add(memory)
      return memory
    },
  })
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args, newTarget) {
      const instance = Reflect.construct(target, args, newTarget)
      note(instance)
      return instance
    },
  })
  WebAssembly.instantiate = new Proxy(instantiate, {
    async apply(target, self, args) {
      const result = await Reflect.apply(target, self, args)
      note('instance' in result ? result.instance : result)
      return result
    },
  })
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
}
