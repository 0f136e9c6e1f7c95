package io.dosql.quickstart.runner;

import java.util.List;
import java.util.Map;

/** The one image that the runner can run, as a program of this machine. Called by any thread. */
public interface LocalImage {

  /** The image's name; containers of others are refused. */
  String name();

  /** The command of a container, its program first. */
  List<String> command(ContainerPlace place);

  /** Variables that every container gets, whatever its specification says. */
  Map<String, String> environment();
}
