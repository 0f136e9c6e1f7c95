/**
 * The real operator against the embedded Kubernetes API, with an engine that is only a script and a
 * test that plays the controller of StatefulSets.
 */
@NullMarked
package io.dosql.quickstart.operator;

import org.jspecify.annotations.NullMarked;
