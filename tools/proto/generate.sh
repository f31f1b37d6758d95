#!/bin/sh
# Writes onnx_pb.ts from onnx.proto. Needs protoc, Node 22 or newer, and `npm ci` in this folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../packages/core/src/formats/onnx"
protoc --plugin=protoc-gen-es="$here/node_modules/.bin/protoc-gen-es" \
  --es_opt=target=ts,import_extension=ts --es_out=. onnx.proto
