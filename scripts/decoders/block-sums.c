/* XXH3 (64 bits) of octets where they lie in an imported memory. xxhash.h knows no vectors of WebAssembly; here they are. */
#include <wasm_simd128.h>
/* Else it asks for the vectors of ARM, which only one compiler translates. */
#undef __wasm_simd128__
#define XXH_INLINE_ALL
#define XXH_NO_STREAM
#include "xxhash.h"

/* One stripe of 64 octets is four vectors of two lanes (XXH3_accumulate_512_scalar). */
enum { VECTORS = 4, STRIPE = VECTORS * 16 };

static inline __attribute__((always_inline)) v128_t at(const void *octets, int vector) {
  return wasm_v128_load((const uint8_t *)octets + 16 * vector);
}

static inline __attribute__((always_inline)) void accumulate(uint64_t *lanes, const uint8_t *octets,
                                                             const uint8_t *secret, size_t stripes) {
  v128_t sum[VECTORS];
  for (int i = 0; i < VECTORS; i++) sum[i] = at(lanes, i);
  for (size_t stripe = 0; stripe < stripes; stripe++, octets += STRIPE, secret += XXH_SECRET_CONSUME_RATE)
#pragma clang loop unroll(full)
    for (int i = 0; i < VECTORS; i++) {
      const v128_t data = at(octets, i);
      const v128_t key = wasm_v128_xor(data, at(secret, i));
      const v128_t product = wasm_u64x2_extmul_low_u32x4(wasm_i32x4_shuffle(key, key, 0, 2, 0, 2),
                                                         wasm_i32x4_shuffle(key, key, 1, 3, 1, 3));
      sum[i] = wasm_i64x2_add(sum[i], wasm_i64x2_add(product, wasm_i64x2_shuffle(data, data, 1, 0)));
    }
  for (int i = 0; i < VECTORS; i++) wasm_v128_store(lanes + 2 * i, sum[i]);
}

static inline __attribute__((always_inline)) void scramble(void *lanes, const void *secret) {
  for (int i = 0; i < VECTORS; i++) {
    const v128_t sum = at(lanes, i);
    const v128_t mixed = wasm_v128_xor(wasm_v128_xor(sum, wasm_u64x2_shr(sum, 47)), at(secret, i));
    wasm_v128_store((uint64_t *)lanes + 2 * i, wasm_i64x2_mul(mixed, wasm_i64x2_splat(XXH_PRIME32_1)));
  }
}

/* Only what is longer than 240 octets is summed in this way; the caller keeps to that. */
__attribute__((export_name("sum"))) uint64_t sum(const uint8_t *octets, uint32_t length) {
  return XXH3_hashLong_64b_internal(octets, length, XXH3_kSecret, sizeof XXH3_kSecret, accumulate, scramble);
}
