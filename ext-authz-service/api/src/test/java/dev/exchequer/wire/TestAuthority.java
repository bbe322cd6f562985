package dev.exchequer.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** An authority of a test's own and the certificates that it signs, by the JDK's keytool. */
public final class TestAuthority {
  private static final String PASSWORD = "password";

  private final Path store;
  private int made;

  private TestAuthority(Path store) {
    this.store = store;
  }

  /** @param folder holds its key store */
  public static TestAuthority in(Path folder) throws IOException, InterruptedException {
    TestAuthority authority = new TestAuthority(Files.createTempFile(folder, "authority", ".p12"));
    Files.delete(authority.store);
    authority.keytool("-alias", "ca", "-dname", "CN=test authority", "-ext", "bc:c", "-keyalg", "EC", "-groupname", "secp256r1");
    return authority;
  }

  /** A new certificate and key of these DNS names, valid for a day, in a folder as a Secret is mounted: the three files change in one step. */
  public void issue(Path folder, String... names) throws IOException, InterruptedException {
    mount(folder, signed("EC", "-validity", "1", "-ext", san(names)));
  }

  public void issueRsa(Path folder, String... names) throws IOException, InterruptedException {
    mount(folder, signed("RSA", "-validity", "1", "-ext", san(names)));
  }

  /** One that was valid once. */
  public void issueExpired(Path folder, String... names) throws IOException, InterruptedException {
    mount(folder, signed("EC", "-startdate", "-10d", "-validity", "5", "-ext", san(names)));
  }

  private static String san(String... names) {
    return "san=" + String.join(",", List.of(names).stream().map(name -> "dns:" + name).toList());
  }

  private String signed(String algorithm, String... options) throws IOException, InterruptedException {
    String alias = "leaf" + ++made;
    List<String> arguments = new ArrayList<>(List.of("-alias", alias, "-dname", "CN=" + alias, "-signer", "ca", "-keyalg", algorithm));
    arguments.addAll(algorithm.equals("EC") ? List.of("-groupname", "secp256r1") : List.of("-keysize", "2048"));
    arguments.addAll(List.of(options));
    keytool(arguments.toArray(String[]::new));
    return alias;
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  private void mount(Path folder, String alias) throws IOException {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      Key key = keys.getKey(alias, PASSWORD.toCharArray());
      mount(
          folder,
          pem("CERTIFICATE", Objects.requireNonNull(keys.getCertificate(alias)).getEncoded()), pem("PRIVATE KEY", Objects.requireNonNull(key).getEncoded()),
          pem("CERTIFICATE", authority(keys).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Certificate authority(KeyStore keys) throws GeneralSecurityException {
    return Objects.requireNonNull(keys.getCertificate("ca"));
  }

  /** As the kubelet does it: the files are links through {@code ..data}, which is swapped. */
  public static void mount(Path folder, String certificate, String key, String authorities) throws IOException {
    Files.createDirectories(folder);
    Path version = Files.createTempDirectory(folder, "..v");
    Files.writeString(version.resolve("tls.crt"), certificate);
    Files.writeString(version.resolve("tls.key"), key);
    Files.writeString(version.resolve("ca.crt"), authorities);
    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), version.getFileName());
    Files.move(next, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
      if (!Files.isSymbolicLink(folder.resolve(name))) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
      }
    }
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
  }
}
