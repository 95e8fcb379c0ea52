using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Custom kinds on two servers of one database, over a restart, and in a namespace that is deleted.</summary>
public sealed class DefinitionLifeTests(PostgresFixture postgres)
{
    private const string Definition =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: crates.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: crates, singular: crate, kind: Crate}
          versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, default: 3}}}}}}}]
        """;

    [Fact]
    public async Task A_definition_made_on_one_server_is_served_by_the_other_and_after_a_restart()
    {
        string database = await postgres.CreateDatabaseAsync();
        await using (TestServer one = await StartAsync(database))
        {
            await using TestServer other = await StartAsync(database);
            await one.Kubectl().FeedAsync(Definition, "create", "-f", "-");
            await ServedAsync(other);
            await other.Kubectl().FeedAsync(Crate("made-here"), "create", "-f", "-");
            Assert.Equal("3", await one.Kubectl().RunAsync("get", "crate", "made-here", "-o", "jsonpath={.spec.size}"));
            await one.Kubectl().RunAsync("patch", "crate", "made-here", "--type=merge", "-p", "{\"spec\":{\"size\":5}}");
            Assert.Equal("5", await other.Kubectl().RunAsync("get", "crate", "made-here", "-o", "jsonpath={.spec.size}"));
        }

        await using TestServer restarted = await StartAsync(database);
        Assert.Equal("5", await restarted.Kubectl().RunAsync("get", "crate", "made-here", "-o", "jsonpath={.spec.size}"));
        await restarted.Kubectl().RunAsync("delete", "crd", "crates.example.com", "--timeout=170s");
        Assert.NotEqual(0, (await restarted.Kubectl().TryAsync(null, "get", "crates.example.com")).ExitCode);
    }

    [Fact]
    public async Task A_namespace_takes_its_custom_objects_along_and_waits_for_those_that_are_held()
    {
        await using TestServer server = await StartAsync(await postgres.CreateDatabaseAsync());
        Kubectl kubectl = server.Kubectl();
        await kubectl.FeedAsync(Definition, "create", "-f", "-");
        await ServedAsync(server);
        await kubectl.RunAsync("create", "namespace", "store");
        await kubectl.FeedAsync(Crate("free"), "create", "-n", "store", "-f", "-");
        await kubectl.FeedAsync(Crate("held", "finalizers: [example.com/hold]"), "create", "-n", "store", "-f", "-");
        await kubectl.RunAsync("delete", "namespace", "store", "--wait=false");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "crates", "-n", "store", "-o", "name") == "crate.example.com/held\n", "deletion of what is not held");
        Assert.Equal("Terminating", await kubectl.RunAsync("get", "namespace", "store", "-o", "jsonpath={.status.phase}"));
        await kubectl.RunAsync("patch", "crate", "held", "-n", "store", "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}");
        await kubectl.RunAsync("wait", "--for=delete", "namespace/store", "--timeout=170s");
    }

    private async Task<TestServer> StartAsync(string database)
    {
        TestServer server = await TestServer.StartAsync(postgres, adjust: options => options with { Database = database });
        await Eventually.TrueAsync(async () => (await server.Kubectl().TryAsync(null, "get", "--raw", "/readyz")).ExitCode == 0, "readiness of the server");
        return server;
    }

    private static Task ServedAsync(TestServer server) => Eventually.TrueAsync(
        async () => (await server.Kubectl().TryAsync(null, "get", "--raw", "/apis/example.com/v1/crates")).ExitCode == 0, "serving of the custom kind");

    private static string Crate(string name, string metadata = "") =>
        $"---\n{{apiVersion: example.com/v1, kind: Crate, metadata: {{name: {name}, {metadata}}}, spec: {{}}}}";
}
