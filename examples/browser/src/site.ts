/** Bundles the example and says where its files lie. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import type { Site } from './serve.ts'

const shared = fileURLToPath(new URL('../../../../shared', import.meta.url))

export const defaultFiles = {
  model: join(shared, 'models/squeezenet/squeezenet1.1_fp32_opset13.onnx'),
  labels: join(shared, 'data/images/imagenet_classes.txt'),
  picture: join(shared, 'models/squeezenet/kitten_224.png'),
}

/** Bundles into `folder`, modules of `more` beside the page. Throws where a file is missing. */
export async function makeSite(
  folder: string,
  files: typeof defaultFiles = defaultFiles,
  more: readonly string[] = [],
): Promise<Site> {
  for (const [name, path] of Object.entries(files)) {
    if (!existsSync(path)) throw new Error(`Cannot show the example: give it a ${name}, got no file ${path}`)
  }
  await bundle(folder, more)
  return {
    folders: [fileURLToPath(new URL('../public', import.meta.url)), folder],
    files: { '/model.onnx': files.model, '/labels.txt': files.labels, '/picture': files.picture },
  }
}
