package dev.exchequer.server.sim;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The program and its simulator once more, with a mutant's class in place of the one that it mutates. */
final class MutantLoader extends URLClassLoader {
  private final Map<String, byte[]> mutated;

  private MutantLoader(URL[] places, Map<String, byte[]> mutated) {
    super(places, MutantLoader.class.getClassLoader());
    this.mutated = mutated;
  }

  /** @return how the first of these seeds that fails does so, "" = none does */
  static String firstFailure(Mutant mutant, long from, long seeds) throws Exception {
    Path services = Path.of(System.getProperty("exchequer.root", ".")).resolve("ext-authz-service");
    try (MutantLoader loader = new MutantLoader(places(), compiled(mutant, services))) {
      Method run = loader.loadClass(Seeds.class.getName()).getDeclaredMethod("firstFailure", long.class, long.class);
      run.setAccessible(true);
      return (String) run.invoke(null, from, seeds);
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static URL[] places() throws MalformedURLException {
    List<URL> places = new ArrayList<>();
    for (String place : classPath().split(File.pathSeparator)) {
      places.add(Path.of(place).toUri().toURL());
    }
    return places.toArray(URL[]::new);
  }

  private static Map<String, byte[]> compiled(Mutant mutant, Path services) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> written = new HashMap<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavaFileManager memory =
          new ForwardingJavaFileManager<>(files) {
            @Override
            public JavaFileObject getJavaFileForOutput(Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
              return new SimpleJavaFileObject(URI.create("memory:/" + className.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                  return written.computeIfAbsent(className, name -> new ByteArrayOutputStream());
                }
              };
            }
          };
      String text = mutant.source(services);
      JavaFileObject source =
          new SimpleJavaFileObject(URI.create("memory:/" + mutant.className().replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
              return text;
            }
          };
      if (!compiler.getTask(null, memory, null, List.of("-proc:none", "-nowarn", "-cp", classPath()), null, List.of(source)).call()) {
        throw new IllegalStateException("mutant '" + mutant.name() + "' does not compile");
      }
    }
    Map<String, byte[]> classes = new HashMap<>();
    written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
    return classes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("dev.exchequer.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      byte[] bytes = mutated.get(name);
      return bytes == null ? findClass(name) : defineClass(name, bytes, 0, bytes.length);
    }
  }
}
