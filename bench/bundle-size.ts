/** How much of each engine a browser has to load: bundled, minified, and as a web server would send it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { importPeer, peerFolder } from './engines/peer.ts'
import type { BundleSize } from './report.ts'

interface OutputFile {
  readonly path: string
  readonly contents: Uint8Array
}
interface Esbuild {
  build(options: object): Promise<{ readonly outputFiles: readonly OutputFile[] }>
}

/** The sizes, and what could not be measured with the reason. */
export async function bundleSizes(): Promise<{ sizes: BundleSize[]; absent: string[] }> {
  const sizes: BundleSize[] = []
  const absent: string[] = []
  for (const [name, files] of Object.entries(bundles)) {
    try {
      sizes.push(sizeOf(name, await files()))
    } catch (error) {
      absent.push(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    }
  }
  return { sizes, absent }
}

/** Of Brotli's eleven; the last two take a minute for a large file and gain little. */
const brotliQuality = 9
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }

/** Each file is compressed by itself, as it is sent. */
export function sizeOf(name: string, files: readonly Uint8Array[]): BundleSize {
  const sum = (bytes: (file: Uint8Array) => number) => files.reduce((total, file) => total + bytes(file), 0)
  return {
    name,
    raw: sum((file) => file.length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotliCompressSync(file, brotliOptions).length),
  }
}

const here = dirname(fileURLToPath(import.meta.url))
const worker = (name: string) => join(here, `../../packages/core/dist/engine/${name}.js`)
const slipwayPage = "export { createSession, wasmEngine } from '@slipway/core'"

const bundles: Readonly<Record<string, () => Promise<Uint8Array[]>>> = {
  'slipway: page with ONNX reader and session': async () => [await bundleCode(slipwayPage)],
  'slipway: worker of the wasm engine': () => bundle({ entryPoints: [worker('wasm-worker')] }),
  'slipway: helper thread': () => bundle({ entryPoints: [worker('wasm-helper-worker')] }),
  'slipway: all three, shared code loaded once': () => shared((path) => !path.includes(onDemand)),
  'slipway: operators that all three load on demand': () => shared((path) => path.includes(onDemand)),
  'onnxruntime-web/wasm': async () => {
    const dist = join(peerFolder('onnxruntime-web'), 'dist')
    return [
      ...(await bundle({ entryPoints: [join(dist, 'ort.wasm.bundle.min.mjs')] })),
      readFileSync(join(dist, 'ort-wasm-simd-threaded.wasm')),
    ]
  },
  'tfjs core and backend-wasm': async () => {
    const dist = join(peerFolder('@tensorflow/tfjs-backend-wasm'), 'wasm-out')
    const code = "export * from '@tensorflow/tfjs-core'; export * from '@tensorflow/tfjs-backend-wasm'"
    return [await bundleCode(code), readFileSync(join(dist, 'tfjs-backend-wasm-simd.wasm'))]
  },
  'onnxruntime-node, installed for this machine': async () => {
    const folder = join(peerFolder('onnxruntime-node'), 'bin/napi-v6', process.platform, process.arch)
    if (!existsSync(folder)) throw new Error(`${folder} is missing`)
    return readdirSync(folder).map((file) => readFileSync(join(folder, file)))
  },
}

/** Part of the name of the file that is loaded only for models that need it. */
const onDemand = 'on-demand'

/** Those files of the page and both workers whose paths are wanted. */
function shared(isWanted: (path: string) => boolean): Promise<Uint8Array[]> {
  const entryPoints = [worker('wasm-worker'), worker('wasm-helper-worker')]
  return bundle(
    { stdin: { contents: slipwayPage, resolveDir: here }, entryPoints, splitting: true },
    isWanted,
  )
}

async function bundleCode(contents: string): Promise<Uint8Array> {
  return (await bundle({ stdin: { contents, resolveDir: here } }))[0]!
}

async function bundle(
  entry: object,
  isWanted: (path: string) => boolean = () => true,
): Promise<Uint8Array[]> {
  const esbuild = await importPeer<Esbuild>('esbuild')
  const { outputFiles } = await esbuild.build({
    ...entry,
    bundle: true,
    minify: true,
    write: false,
    // Nothing is written, but several files need a place.
    outdir: here,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser'],
    external: ['node:*', 'fs', 'path', 'os', 'worker_threads', 'perf_hooks', 'module'],
    logLevel: 'silent',
  })
  return outputFiles.filter(({ path }) => isWanted(path)).map(({ contents }) => contents)
}
