package io.dosql.engine.simulation;

/** What a name in a simulated directory stands for. */
sealed interface SimulatedNode permits SimulatedFile, SimulatedFolder {}
