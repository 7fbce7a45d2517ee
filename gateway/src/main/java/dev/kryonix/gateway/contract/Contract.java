package dev.kryonix.gateway.contract;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TypeRegistry;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import dev.kryonix.api.policy.v1.PolicyProto;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.kit.policy.MethodPolicies;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Every RPC of the contracts, read once from their descriptor set. Routes, policies, reflection and
 * the choice of the upstream all come from here, so that none of them is written by hand.
 */
public final class Contract {
  private static final String RESOURCE = "/kryonix/descriptors.pb";

  private static final Pattern VERSION = Pattern.compile("v[0-9]+(?:(?:alpha|beta)[0-9]*)?");

  private final Map<String, Rpc> rpcs = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
  private final TypeRegistry types;
  private final Codecs codecs;

  private Contract(List<FileDescriptorSet> sets) {
    Map<String, FileDescriptorProto> sources = new LinkedHashMap<>();
    // A file that several sets include is the first's: nobody redefines the platform's.
    sets.forEach(
        set -> set.getFileList().forEach(file -> sources.putIfAbsent(file.getName(), file)));
    sources.values().forEach(file -> link(file, sources));
    MethodPolicies policies = MethodPolicies.of(services());
    TypeRegistry.Builder registry =
        TypeRegistry.newBuilder().add(ErrorDetailsProto.getDescriptor().getMessageTypes());
    files.values().forEach(file -> registry.add(file.getMessageTypes()));
    services().forEach(service -> add(service, policies));
    types = registry.build();
    List<FileDescriptor> compiled = new ArrayList<>();
    compiled.add(ErrorDetailsProto.getDescriptor());
    compiled.add(StatusProto.getDescriptor());
    compiled.addAll(files.values());
    codecs = new Codecs(compiled);
  }

  /**
   * The platform's contracts, from the class path, and those of services that stand beside them.
   *
   * @param more files with a serialized FileDescriptorSet each, imports included; what counts of
   *     them are the services whose RPCs carry a policy
   */
  public static Contract load(Collection<Path> more) {
    try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "no " + RESOURCE + " on the class path: build the module proto");
      }
      List<FileDescriptorSet> sets = new ArrayList<>();
      sets.add(parse(in.readAllBytes()));
      for (Path file : more) {
        sets.add(parse(Files.readAllBytes(file)));
      }
      return new Contract(sets);
    } catch (IOException e) {
      throw new UncheckedIOException("the contracts cannot be read: " + e, e);
    }
  }

  /** The contracts of a serialized FileDescriptorSet that includes its imports. */
  public static Contract of(byte[] descriptorSet) throws IOException {
    return new Contract(List.of(parse(descriptorSet)));
  }

  private static FileDescriptorSet parse(byte[] descriptorSet) throws IOException {
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(extensions);
    PolicyProto.registerAllExtensions(extensions);
    return FileDescriptorSet.parseFrom(descriptorSet, extensions);
  }

  /** The RPC of a full method name, internal ones included. */
  public Optional<Rpc> find(String fullMethodName) {
    return Optional.ofNullable(rpcs.get(fullMethodName));
  }

  /** All RPCs, internal ones included, in the order of the files. */
  public Collection<Rpc> rpcs() {
    return rpcs.values();
  }

  /** All files, imports included. */
  public Collection<FileDescriptor> files() {
    return files.values();
  }

  /** The messages that may stand in an Any, error details included. */
  public TypeRegistry types() {
    return types;
  }

  /** The messages between JSON and the wire format, error details included. */
  public Codecs codecs() {
    return codecs;
  }

  private FileDescriptor link(FileDescriptorProto file, Map<String, FileDescriptorProto> sources) {
    FileDescriptor known = files.get(file.getName());
    if (known != null) {
      return known;
    }
    List<FileDescriptor> imports = new ArrayList<>();
    for (String name : file.getDependencyList()) {
      FileDescriptorProto source = sources.get(name);
      if (source == null) {
        throw new IllegalStateException(
            file.getName() + " imports " + name + ", which the descriptor set lacks");
      }
      imports.add(link(source, sources));
    }
    try {
      FileDescriptor linked =
          FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new));
      files.put(file.getName(), linked);
      return linked;
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("the descriptor set is broken at " + file.getName(), e);
    }
  }

  private List<ServiceDescriptor> services() {
    return files.values().stream()
        .flatMap(file -> file.getServices().stream())
        .filter(Contract::isServed)
        .toList();
  }

  /**
   * An imported file may define services that are nobody's here, such as long-running operations.
   */
  private static boolean isServed(ServiceDescriptor service) {
    return service.getFullName().startsWith("kryonix.")
        || service.getMethods().stream()
            .anyMatch(method -> method.getOptions().hasExtension(PolicyProto.policy));
  }

  /**
   * The name of the service behind a package: its last part that is not a version, so {@code cache}
   * for {@code kryonix.cache.v1}.
   */
  private static String upstream(String protoPackage) {
    String[] parts = protoPackage.split("\\.", -1);
    int last = parts.length - 1;
    return last > 0 && VERSION.matcher(parts[last]).matches() ? parts[last - 1] : parts[last];
  }

  private void add(ServiceDescriptor service, MethodPolicies policies) {
    for (MethodDescriptor method : service.getMethods()) {
      String name = service.getFullName() + "/" + method.getName();
      HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
      List<HttpRule> rules = new ArrayList<>();
      if (rule.getPatternCase() != HttpRule.PatternCase.PATTERN_NOT_SET) {
        rules.add(rule);
        rules.addAll(rule.getAdditionalBindingsList());
      }
      rpcs.put(
          name,
          new Rpc(
              name, upstream(service.getFile().getPackage()), method, policies.of(name), rules));
    }
  }
}
