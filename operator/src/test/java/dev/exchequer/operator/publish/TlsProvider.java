package dev.exchequer.operator.publish;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.ClusterPlan;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An upstream with a certificate of its own making, which is its own authority. */
final class TlsProvider implements AutoCloseable {
  private static final char[] PASSWORD = "password".toCharArray();

  final String pem;
  private final HttpsServer server;

  TlsProvider(Path folder, String name) throws IOException, GeneralSecurityException, InterruptedException {
    KeyStore store = generate(folder.resolve("provider.p12"), name);
    pem = pem(store);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  /** Reached by the name "localhost", so by DNS. */
  ClusterPlan cluster(String name, String serverName, String authority) {
    return new ClusterPlan(
        name, new ObjectName("default", name), true, "localhost", server.getAddress().getPort(), serverName, 1000, authority, null, "authorization", List.of());
  }

  static String otherAuthority(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
    return pem(generate(folder.resolve("other.p12"), "localhost"));
  }

  private static KeyStore generate(Path file, String name) throws IOException, GeneralSecurityException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-storetype",
                "PKCS12", "-keystore", file.toString(), "-storepass", new String(PASSWORD), "-dname", "CN=" + name, "-ext", "san=dns:" + name, "-ext", "bc:c")
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static String pem(KeyStore store) throws GeneralSecurityException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(store.getCertificate(store.aliases().nextElement()).getEncoded());
    return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
