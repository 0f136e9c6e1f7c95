package io.dosql.e2e;

import io.minio.Signer;
import io.minio.Time;
import io.minio.errors.MinioException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Access keys of a MinIO server, over its admin API. */
final class MinioAdmin {

  private static final String REGION = "us-east-1";

  private final URI url;
  private final String accessKey;
  private final String secretKey;

  /**
   * @param accessKey of the administrator
   */
  MinioAdmin(URI url, String accessKey, String secretKey) {
    this.url = url;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  /** Adds a key that may read and write all buckets. */
  void addKey(String key, String secret) throws IOException, GeneralSecurityException {
    byte[] user =
        "{\"secretKey\":\"%s\",\"status\":\"enabled\"}"
            .formatted(secret)
            .getBytes(StandardCharsets.UTF_8);
    put(call("add-user").addQueryParameter("accessKey", key), encrypted(user));
    put(
        call("set-user-or-group-policy")
            .addQueryParameter("policyName", "readwrite")
            .addQueryParameter("userOrGroup", key)
            .addQueryParameter("isGroup", "false"),
        new byte[0]);
  }

  /** From now on requests with the key are refused. */
  void disableKey(String key) throws IOException, GeneralSecurityException {
    put(
        call("set-user-status")
            .addQueryParameter("accessKey", key)
            .addQueryParameter("status", "disabled"),
        new byte[0]);
  }

  private HttpUrl.Builder call(String name) {
    return new HttpUrl.Builder()
        .scheme(url.getScheme())
        .host(url.getHost())
        .port(url.getPort())
        .addPathSegments("minio/admin/v3/" + name);
  }

  private void put(HttpUrl.Builder target, byte[] body)
      throws IOException, GeneralSecurityException {
    HttpUrl address = target.build();
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    Request request =
        new Request.Builder()
            .url(address)
            .header("Host", address.host() + ":" + address.port())
            .header("x-amz-content-sha256", digest)
            .header("x-amz-date", ZonedDateTime.now(Time.UTC).format(Time.AMZ_DATE_FORMAT))
            .put(RequestBody.create(body))
            .build();
    OkHttpClient http = new OkHttpClient();
    try (Response response =
        http.newCall(Signer.signV4S3(request, REGION, accessKey, secretKey, digest)).execute()) {
      if (!response.isSuccessful()) {
        throw new IOException(
            address.encodedPath()
                + " was answered by "
                + response
                + ": "
                + response.body().string());
      }
    } catch (MinioException e) {
      throw new IOException("the request cannot be signed", e);
    } finally {
      http.dispatcher().executorService().shutdown();
      http.connectionPool().evictAll();
    }
  }

  /**
   * What the server wants secrets to be sent as: AES-256-GCM with a key of the administrator's
   * secret by PBKDF2, as one last fragment of a stream.
   *
   * <pre>
   *   salt (32) | 2, the algorithm | nonce (8) | ciphertext and tag
   * </pre>
   *
   * The nonce of a fragment has its number behind it. Fragment 0 is empty, and its tag is what the
   * others authenticate.
   */
  private byte[] encrypted(byte[] data) throws GeneralSecurityException {
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[32];
    random.nextBytes(salt);
    byte[] nonce = new byte[8];
    random.nextBytes(nonce);
    byte[] key =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(secretKey.toCharArray(), salt, 8192, 256))
            .getEncoded();
    byte[] headerTag = seal(key, nonce, 0, new byte[0], new byte[0]);
    byte[] associated = new byte[1 + headerTag.length];
    associated[0] = (byte) 0x80;
    System.arraycopy(headerTag, 0, associated, 1, headerTag.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(salt);
    out.write(2);
    out.writeBytes(nonce);
    out.writeBytes(seal(key, nonce, 1, associated, data));
    return out.toByteArray();
  }

  private static byte[] seal(byte[] key, byte[] nonce, int number, byte[] associated, byte[] data)
      throws GeneralSecurityException {
    byte[] full =
        ByteBuffer.wrap(Arrays.copyOf(nonce, 12))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(nonce.length, number)
            .array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, full));
    cipher.updateAAD(associated);
    return cipher.doFinal(data);
  }
}
