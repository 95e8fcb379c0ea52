using Orchestrator.Testing.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
