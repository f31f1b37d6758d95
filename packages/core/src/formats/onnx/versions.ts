/** The published versions of ONNX: which IR version and operator sets came with each release. */

export interface Release {
  readonly ir: number
  /** Version of ai.onnx. */
  readonly opset: number
  /** Version of ai.onnx.ml. */
  readonly ml: number
}

/** In order of publication (VERSION_TABLE of the ONNX package, 1.0 to 1.23). */
export const releases: readonly Release[] = [
  { ir: 3, opset: 1, ml: 1 },
  { ir: 3, opset: 5, ml: 1 },
  { ir: 3, opset: 6, ml: 1 },
  { ir: 3, opset: 7, ml: 1 },
  { ir: 3, opset: 8, ml: 1 },
  { ir: 4, opset: 9, ml: 1 },
  { ir: 5, opset: 10, ml: 1 },
  { ir: 6, opset: 11, ml: 2 },
  { ir: 7, opset: 12, ml: 2 },
  { ir: 7, opset: 13, ml: 2 },
  { ir: 7, opset: 14, ml: 2 },
  { ir: 8, opset: 15, ml: 2 },
  { ir: 8, opset: 16, ml: 3 },
  { ir: 8, opset: 17, ml: 3 },
  { ir: 8, opset: 18, ml: 3 },
  { ir: 9, opset: 19, ml: 3 },
  { ir: 9, opset: 20, ml: 4 },
  { ir: 10, opset: 21, ml: 5 },
  { ir: 10, opset: 22, ml: 5 },
  { ir: 11, opset: 23, ml: 5 },
  { ir: 12, opset: 24, ml: 5 },
  { ir: 13, opset: 25, ml: 5 },
  { ir: 13, opset: 26, ml: 5 },
  { ir: 13, opset: 27, ml: 5 },
  { ir: 14, opset: 28, ml: 5 },
]

export const newestIrVersion = 14

/** The newest version of each domain of the standard. */
export const newestOpset: ReadonlyMap<string, number> = new Map([
  ['', 28],
  ['ai.onnx.ml', 5],
  ['ai.onnx.training', 1],
  ['ai.onnx.preview.training', 1],
  ['ai.onnx.preview', 1],
])
