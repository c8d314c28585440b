/* The streaming decoders of liblzma and libbz2 behind four functions, for WebAssembly: one stream at a time per instance. */
#include <bzlib.h>
#include <lzma.h>
#include <stdint.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum { INPUT = 256 * 1024, OUTPUT = 1024 * 1024 };

static uint8_t input_buffer[INPUT];
static uint8_t output_buffer[OUTPUT];

/* One result code for all formats: liblzma's lzma_ret. */
static enum { NONE, XZ, BZ2 } kind = NONE;
static lzma_stream xz = LZMA_STREAM_INIT;
static lzma_block block;
static lzma_filter filters[LZMA_FILTERS_MAX + 1];
static bz_stream bz2;
static int bz2_ended;
static uint32_t consumed, produced;

/* libbz2 calls this when it finds itself broken. */
void bz_internal_error(int code) {
  (void)code;
  __builtin_trap();
}

static void end(void) {
  if (kind == XZ) {
    lzma_end(&xz);
    lzma_filters_free(filters, NULL);
  }
  if (kind == BZ2) BZ2_bzDecompressEnd(&bz2);
  kind = NONE;
}

static void begin_xz(void) {
  end();
  xz = (lzma_stream)LZMA_STREAM_INIT;
  filters[0].id = LZMA_VLI_UNKNOWN;
  kind = XZ;
}

static int begin_bz2(void) {
  memset(&bz2, 0, sizeof bz2);
  bz2_ended = 0;
  return BZ2_bzDecompressInit(&bz2, 0, 0) == BZ_OK ? LZMA_OK : LZMA_MEM_ERROR;
}

EXPORT(input) uint8_t *input(void) { return input_buffer; }
EXPORT(output) uint8_t *output(void) { return output_buffer; }
EXPORT(consumed) uint32_t consumed_input(void) { return consumed; }
EXPORT(produced) uint32_t produced_output(void) { return produced; }

/* Concatenated .xz streams with padding; at most `limit` bytes of memory. */
EXPORT(open_xz) int open_xz(uint32_t limit) {
  begin_xz();
  return lzma_stream_decoder(&xz, limit, LZMA_CONCATENATED);
}

/* One block of an .xz stream, whose header stands in the input buffer. `check`: its stream's type of check. */
EXPORT(open_xz_block) int open_xz_block(uint32_t check, uint32_t limit) {
  begin_xz();
  memset(&block, 0, sizeof block);
  block.version = 1;
  block.check = check;
  block.filters = filters;
  block.header_size = lzma_block_header_size_decode(input_buffer[0]);
  const lzma_ret read = lzma_block_header_decode(&block, NULL, input_buffer);
  if (read != LZMA_OK) return read;
  const uint64_t memory = lzma_raw_decoder_memusage(filters);
  if (memory == UINT64_MAX) return LZMA_OPTIONS_ERROR;
  if (memory > limit) return LZMA_MEMLIMIT_ERROR;
  return lzma_block_decoder(&xz, &block);
}

/* Concatenated .bz2 streams. */
EXPORT(open_bz2) int open_bz2(void) {
  end();
  kind = BZ2;
  return begin_bz2();
}

static int step_xz(uint32_t from, uint32_t length, int last) {
  xz.next_in = input_buffer + from;
  xz.avail_in = length;
  xz.next_out = output_buffer;
  xz.avail_out = OUTPUT;
  const lzma_ret result = lzma_code(&xz, last ? LZMA_FINISH : LZMA_RUN);
  consumed = length - xz.avail_in;
  produced = OUTPUT - xz.avail_out;
  return result;
}

static int step_bz2(uint32_t from, uint32_t length, int last) {
  bz2.next_in = (char *)input_buffer + from;
  bz2.avail_in = length;
  bz2.next_out = (char *)output_buffer;
  bz2.avail_out = OUTPUT;
  int result = LZMA_OK;
  while (result == LZMA_OK && bz2.avail_out > 0) {
    if (bz2_ended) {
      if (bz2.avail_in == 0) {
        result = last ? LZMA_STREAM_END : LZMA_OK;
        break;
      }
      char *next_in = bz2.next_in;
      char *next_out = bz2.next_out;
      const unsigned avail_in = bz2.avail_in, avail_out = bz2.avail_out;
      BZ2_bzDecompressEnd(&bz2);
      result = begin_bz2();
      bz2.next_in = next_in;
      bz2.avail_in = avail_in;
      bz2.next_out = next_out;
      bz2.avail_out = avail_out;
      if (result != LZMA_OK) break;
    }
    const unsigned in_before = bz2.avail_in, out_before = bz2.avail_out;
    const int got = BZ2_bzDecompress(&bz2);
    if (got == BZ_STREAM_END) bz2_ended = 1;
    else if (got == BZ_MEM_ERROR) result = LZMA_MEM_ERROR;
    else if (got == BZ_DATA_ERROR_MAGIC) result = LZMA_FORMAT_ERROR;
    else if (got != BZ_OK) result = LZMA_DATA_ERROR;
    else if (bz2.avail_in == in_before && bz2.avail_out == out_before) {
      if (last && bz2.avail_in == 0) result = LZMA_BUF_ERROR;
      break;
    } else if (bz2.avail_in == 0 && bz2.avail_out > 0) {
      if (last) result = LZMA_BUF_ERROR;
      break;
    }
  }
  consumed = length - bz2.avail_in;
  produced = OUTPUT - bz2.avail_out;
  return result;
}

/* Decodes what stands in the input buffer into the output buffer. `last`: nothing follows. */
EXPORT(step) int step(uint32_t from, uint32_t length, int last) {
  consumed = produced = 0;
  if (kind == XZ) return step_xz(from, length, last);
  if (kind == BZ2) return step_bz2(from, length, last);
  return LZMA_PROG_ERROR;
}
