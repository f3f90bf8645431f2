// SPDX-License-Identifier: MIT
// What stands in the place of mbedTLS's work with private keys (12 K): this program has none.
// mbedTLS reaches it through a table, so that no linker can tell. docker/build-third-party.sh gives
// library/pk_wrap.c, which holds the table, these names; the config has MBEDTLS_ECDSA_SIGN_ALT.
#include "common.h"

#include "mbedtls/ecdsa.h"
#include "mbedtls/ecp.h"
#include "mbedtls/rsa.h"

int mbedtls_ecdsa_sign(mbedtls_ecp_group *grp, mbedtls_mpi *r, mbedtls_mpi *s, const mbedtls_mpi *d,
                       const unsigned char *buf, size_t blen,
                       int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    (void)grp, (void)r, (void)s, (void)d, (void)buf, (void)blen, (void)f_rng, (void)p_rng;
    return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
}

int left_out_rsa_sign(mbedtls_rsa_context *ctx, int (*f_rng)(void *, unsigned char *, size_t),
                      void *p_rng, mbedtls_md_type_t md_alg, unsigned int hashlen,
                      const unsigned char *hash, unsigned char *sig)
{
    (void)ctx, (void)f_rng, (void)p_rng, (void)md_alg, (void)hashlen, (void)hash, (void)sig;
    return MBEDTLS_ERR_RSA_PRIVATE_FAILED;
}

int left_out_rsa_decrypt(mbedtls_rsa_context *ctx, int (*f_rng)(void *, unsigned char *, size_t),
                         void *p_rng, size_t *olen, const unsigned char *input,
                         unsigned char *output, size_t output_max_len)
{
    (void)ctx, (void)f_rng, (void)p_rng, (void)olen, (void)input, (void)output,
        (void)output_max_len;
    return MBEDTLS_ERR_RSA_PRIVATE_FAILED;
}

int left_out_rsa_check_pair(const mbedtls_rsa_context *pub, const mbedtls_rsa_context *prv)
{
    (void)pub, (void)prv;
    return MBEDTLS_ERR_RSA_PRIVATE_FAILED;
}

// Encrypting is for the key exchange that has no forward secrecy.
int left_out_rsa_encrypt(mbedtls_rsa_context *ctx, int (*f_rng)(void *, unsigned char *, size_t),
                         void *p_rng, size_t ilen, const unsigned char *input,
                         unsigned char *output)
{
    (void)ctx, (void)f_rng, (void)p_rng, (void)ilen, (void)input, (void)output;
    return MBEDTLS_ERR_RSA_PUBLIC_FAILED;
}

int left_out_ecp_check_pair(const mbedtls_ecp_keypair *pub, const mbedtls_ecp_keypair *prv,
                            int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    (void)pub, (void)prv, (void)f_rng, (void)p_rng;
    return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
}
