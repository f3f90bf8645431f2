// SPDX-License-Identifier: MIT
// What stands in the place of five files of curl's, which are left out of the build (16 K): a
// client that makes one request over one connection never asks them for anything. Compiled among
// curl's own files with curl's own headers, so that a new version with another interface does not
// pass unseen.
#include "curl_setup.h"

#include <mbedtls/pk.h>
#include <stdio.h>

#include "cf-https-connect.h"
#include "curl_printf.h"
#include "curlx/dynbuf.h"
#include "vtls/cipher_suite.h"
#include "vtls/vtls_scache.h"
#include "vtls/x509asn1.h"

// ---- mprintf.c: the C library formats just as well what curl has to format
// ----------------------------

const unsigned char Curl_ldigits[] = "0123456789abcdef";
const unsigned char Curl_udigits[] = "0123456789ABCDEF";

// Unlike vsnprintf it tells the length that was written.
int curl_mvsnprintf(char *buffer, size_t maxlength, const char *format, va_list args)
{
    int len = (vsnprintf)(buffer, maxlength, format, args);
    return len < 0 || maxlength == 0 ? 0 : (size_t)len < maxlength ? len : (int)maxlength - 1;
}

int curl_msnprintf(char *buffer, size_t maxlength, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = curl_mvsnprintf(buffer, maxlength, format, args);
    va_end(args);
    return len;
}

char *curl_mvaprintf(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = (vsnprintf)(NULL, 0, format, again);
    va_end(again);
    char *text = len < 0 ? NULL : curlx_malloc((size_t)len + 1);
    if (text != NULL)
        (vsnprintf)(text, (size_t)len + 1, format, args);
    return text;
}

char *curl_maprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = curl_mvaprintf(format, args);
    va_end(args);
    return text;
}

int curl_mfprintf(FILE *fd, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = (vfprintf)(fd, format, args);
    va_end(args);
    return len;
}

int curlx_dyn_vprintf(struct dynbuf *dyn, const char *format, va_list args)
{
    char most[256]; // the lines of a request are shorter
    va_list again;
    va_copy(again, args);
    int len = (vsnprintf)(most, sizeof most, format, again);
    va_end(again);
    char *text = len < (int)sizeof most ? NULL : curl_mvaprintf(format, args);
    CURLcode result = CURLE_OUT_OF_MEMORY;
    if (text != NULL || (len >= 0 && len < (int)sizeof most))
        result = curlx_dyn_addn(dyn, text != NULL ? text : most, (size_t)len);
    curlx_free(text);
    if (result != CURLE_OK)
        curlx_dyn_free(dyn);
    return result == CURLE_OK ? 0 : result == CURLE_TOO_LARGE ? MERR_TOO_LARGE : MERR_MEM;
}

// ---- cf-https-connect.c: chooses between HTTP/3, /2 and /1.1
// ------------------------------------------

CURLcode Curl_cf_https_setup(struct Curl_easy *data, struct Curl_peer *destination,
                             struct connectdata *conn, int8_t sockindex)
{
    (void)data, (void)destination, (void)conn, (void)sockindex;
    return CURLE_OK; // adds no filter: the usual ones follow
}

// ---- vtls/vtls_scache.c: TLS sessions for later connections
// -------------------------------------------

CURLcode Curl_ssl_scache_create(size_t max_peers, size_t max_sessions_per_peer,
                                struct Curl_ssl_scache **pscache)
{
    (void)max_peers, (void)max_sessions_per_peer;
    *pscache = NULL;
    return CURLE_OK;
}

void Curl_ssl_scache_destroy(struct Curl_ssl_scache *scache)
{
    (void)scache;
}

CURLcode Curl_ssl_peer_key_make(const struct ssl_peer *peer, struct ssl_primary_config *sslc,
                                const char *tls_id, char **ppeer_key)
{
    (void)peer, (void)sslc, (void)tls_id;
    *ppeer_key = NULL;
    return CURLE_OK;
}

bool Curl_ssl_scache_use(struct Curl_cfilter *cf, struct Curl_easy *data)
{
    (void)cf, (void)data;
    return FALSE;
}

bool Curl_ssl_scache_is_locked_by_current_thread(struct Curl_easy *data)
{
    (void)data;
    return FALSE;
}

CURLcode Curl_ssl_session_create(void *sdata, size_t sdata_len, int ietf_tls_id, const char *alpn,
                                 curl_off_t valid_until, size_t earlydata_max,
                                 struct Curl_ssl_session **psession)
{
    (void)sdata, (void)sdata_len, (void)ietf_tls_id, (void)alpn, (void)valid_until,
        (void)earlydata_max;
    *psession = NULL;
    return CURLE_NOT_BUILT_IN;
}

CURLcode Curl_ssl_session_dup(struct Curl_ssl_session *src, struct Curl_ssl_session **pdest)
{
    (void)src;
    *pdest = NULL;
    return CURLE_NOT_BUILT_IN;
}

void Curl_ssl_session_destroy(struct Curl_ssl_session *s)
{
    (void)s;
}

CURLcode Curl_ssl_scache_put(struct Curl_cfilter *cf, struct Curl_easy *data,
                             const char *ssl_peer_key, struct Curl_ssl_session *s)
{
    (void)cf, (void)data, (void)ssl_peer_key, (void)s;
    return CURLE_NOT_BUILT_IN;
}

CURLcode Curl_ssl_scache_take(struct Curl_cfilter *cf, struct Curl_easy *data,
                              const char *ssl_peer_key, struct Curl_ssl_session **ps)
{
    (void)cf, (void)data, (void)ssl_peer_key;
    *ps = NULL;
    return CURLE_NOT_BUILT_IN;
}

void Curl_ssl_scache_return(struct Curl_cfilter *cf, struct Curl_easy *data,
                            const char *ssl_peer_key, struct Curl_ssl_session *s)
{
    (void)cf, (void)data, (void)ssl_peer_key, (void)s;
}

// ---- mbedtls_pk_parse_key (curl_config.h names it anew): a key for a client certificate
// ---------------

int mbedtls_pk_parse_key(mbedtls_pk_context *ctx, const unsigned char *key, size_t keylen,
                         const unsigned char *pwd, size_t pwdlen,
                         int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    (void)ctx, (void)key, (void)keylen, (void)pwd, (void)pwdlen, (void)f_rng, (void)p_rng;
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

// ---- vtls/cipher_suite.c: names of cipher suites; vtls/x509asn1.c: CURLINFO_CERTINFO
// -------------------

uint16_t Curl_cipher_suite_walk_str(const char **str, const char **end)
{
    *end = *str + strlen(*str);
    return 0;
}

int Curl_cipher_suite_get_str(uint16_t id, char *buf, size_t buf_size, bool prefer_rfc)
{
    (void)id, (void)buf, (void)buf_size, (void)prefer_rfc;
    return -1;
}

CURLcode Curl_extract_certinfo(struct Curl_easy *data, int certnum, const char *beg,
                               const char *end)
{
    (void)data, (void)certnum, (void)beg, (void)end;
    return CURLE_NOT_BUILT_IN;
}
