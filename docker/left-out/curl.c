// SPDX-License-Identifier: MIT
// What stands in the place of five files of curl's, which are left out of the build: a
// client that makes one request over one connection never asks them for anything. Compiled among
// curl's own files with curl's own headers, so that a new version with another interface does not
// pass unseen.
#include "curl_setup.h"

#include <mbedtls/pk.h>

#include "cf-https-connect.h"
#include "multi_ev.h"
#include "vtls/cipher_suite.h"
#include "vtls/vtls_scache.h"
#include "vtls/x509asn1.h"

// ---- cf-https-connect.c: chooses between HTTP/3, /2 and /1.1 ------------------------------------

CURLcode Curl_cf_https_setup(struct Curl_easy *data, struct Curl_peer *destination,
                             struct connectdata *conn, int8_t sockindex)
{
    (void)data, (void)destination, (void)conn, (void)sockindex;
    return CURLE_OK; // adds no filter: the usual ones follow
}

// ---- multi_ev.c: tells a program's own event loop what to wait for ------------------------------

void Curl_multi_ev_init(struct Curl_multi *multi, size_t hashsize)
{
    (void)multi, (void)hashsize;
}

void Curl_multi_ev_cleanup(struct Curl_multi *multi)
{
    (void)multi;
}

CURLMcode Curl_multi_ev_assign(struct Curl_multi *multi, curl_socket_t s, void *user_data)
{
    (void)multi, (void)s, (void)user_data;
    return CURLM_BAD_SOCKET;
}

CURLMcode Curl_multi_ev_assess_xfer(struct Curl_multi *multi, struct Curl_easy *data)
{
    (void)multi, (void)data;
    return CURLM_OK;
}

CURLMcode Curl_multi_ev_assess_xfer_bset(struct Curl_multi *multi, struct uint32_bset *set)
{
    (void)multi, (void)set;
    return CURLM_OK;
}

CURLMcode Curl_multi_ev_assess_conn(struct Curl_multi *multi, struct Curl_easy *data,
                                    struct connectdata *conn)
{
    (void)multi, (void)data, (void)conn;
    return CURLM_OK;
}

void Curl_multi_ev_dirty_xfers(struct Curl_multi *multi, curl_socket_t s)
{
    (void)multi, (void)s;
}

void Curl_multi_ev_socket_done(struct Curl_multi *multi, struct Curl_easy *data, curl_socket_t s)
{
    (void)multi, (void)data, (void)s;
}

void Curl_multi_ev_xfer_done(struct Curl_multi *multi, struct Curl_easy *data)
{
    (void)multi, (void)data;
}

void Curl_multi_ev_conn_done(struct Curl_multi *multi, struct Curl_easy *data,
                             struct connectdata *conn)
{
    (void)multi, (void)data, (void)conn;
}

// ---- vtls/vtls_scache.c: TLS sessions for later connections -------------------------------------

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

// ---- mbedtls_pk_parse_key (docker/config names it anew): a key for a client certificate ---------

int mbedtls_pk_parse_key(mbedtls_pk_context *ctx, const unsigned char *key, size_t keylen,
                         const unsigned char *pwd, size_t pwdlen,
                         int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    (void)ctx, (void)key, (void)keylen, (void)pwd, (void)pwdlen, (void)f_rng, (void)p_rng;
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

// ---- vtls/cipher_suite.c: names of cipher suites; vtls/x509asn1.c: CURLINFO_CERTINFO ------------

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
