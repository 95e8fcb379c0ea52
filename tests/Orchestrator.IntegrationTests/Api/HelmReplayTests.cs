using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>
/// The requests that helm 3 makes to install, upgrade, list and remove a release, replayed: discovery, a check of the manifests, releases kept in
/// Secrets, three-way patches, a dry run on the server, waiting, and deletion in the background.
/// </summary>
public sealed class HelmReplayTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Release = "sh.helm.release.v1.shop.v";

    [Fact]
    public async Task A_release_is_installed_upgraded_listed_and_removed()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();

        await PreflightAsync(client);
        await client.CreateNamespacedSecretAsync(ReleaseSecret(1, "pending-install"), ns);
        await client.CreateNamespacedConfigMapAsync(Settings("blue", "kept"), ns, fieldManager: "helm", fieldValidation: "Strict");
        await SetStatusAsync(client, ns, 1, "deployed");

        // Somebody else's label survives the upgrade: the patch is made of the old manifest, the new one, and what is there.
        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"metadata":{"labels":{"theirs":"1"}}}""", V1Patch.PatchType.MergePatch), "shop", ns);
        await client.CreateNamespacedSecretAsync(ReleaseSecret(2, "pending-upgrade"), ns);
        const string Upgrade = """{"data":{"color":"red","old":null}}""";
        var shown = await client.PatchNamespacedConfigMapAsync(new V1Patch(Upgrade, V1Patch.PatchType.StrategicMergePatch), "shop", ns, dryRun: "All", fieldManager: "helm");
        Assert.Equal("red", shown.Data["color"]);
        Assert.Equal("blue", (await client.ReadNamespacedConfigMapAsync("shop", ns)).Data["color"]);
        await client.PatchNamespacedConfigMapAsync(new V1Patch(Upgrade, V1Patch.PatchType.StrategicMergePatch), "shop", ns, fieldManager: "helm");
        await SetStatusAsync(client, ns, 1, "superseded");
        await SetStatusAsync(client, ns, 2, "deployed");

        var upgraded = await client.ReadNamespacedConfigMapAsync("shop", ns);
        Assert.Equal(["color"], upgraded.Data.Keys);
        Assert.Equal("1", upgraded.Metadata.Labels["theirs"]);
        var deployed = await client.ListNamespacedSecretAsync(ns, labelSelector: "name=shop,owner=helm,status=deployed");
        Assert.Equal([Release + "2"], deployed.Items.Select(s => s.Metadata.Name));
        var all = await client.ListSecretForAllNamespacesAsync(labelSelector: "owner=helm", fieldSelector: "type=helm.sh/release.v1");
        Assert.Equal(2, all.Items.Count(s => s.Metadata.NamespaceProperty == ns));

        await client.DeleteNamespacedConfigMapAsync("shop", ns, new V1DeleteOptions { PropagationPolicy = "Background" });
        await client.DeleteCollectionNamespacedSecretAsync(ns, labelSelector: "owner=helm,name=shop");
        Assert.Empty((await client.ListNamespacedSecretAsync(ns, labelSelector: "owner=helm")).Items);
    }

    [Fact]
    public async Task A_release_that_exists_is_not_installed_again()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await client.CreateNamespacedSecretAsync(ReleaseSecret(1, "deployed"), ns);

        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => client.CreateNamespacedSecretAsync(ReleaseSecret(1, "deployed"), ns));

        Assert.Equal(HttpStatusCode.Conflict, refused.Response.StatusCode);
        Assert.Contains("AlreadyExists", refused.Response.Content);
    }

    /// <summary>What helm asks before it does anything: the version, the kinds, and the schemas to check manifests by.</summary>
    private async Task PreflightAsync(Kubernetes client)
    {
        Assert.Equal("1", (await client.Version.GetCodeAsync()).Major);
        using var http = fixture.Server.Http();
        var groups = JsonNode.Parse(await http.GetStringAsync("/apis"))!["groups"]!.AsArray();
        foreach (var version in groups.SelectMany(g => g!["versions"]!.AsArray()).Select(v => (string)v!["groupVersion"]!))
        {
            Assert.NotEmpty(JsonNode.Parse(await http.GetStringAsync($"/apis/{version}"))!["resources"]!.AsArray());
        }

        var definitions = JsonNode.Parse(await http.GetStringAsync("/openapi/v2"))!["definitions"]!;
        Assert.NotNull(definitions["io.k8s.api.core.v1.ConfigMap"]!["properties"]!["data"]);
    }

    private static async Task SetStatusAsync(Kubernetes client, string ns, int revision, string status)
    {
        var secret = await client.ReadNamespacedSecretAsync($"{Release}{revision}", ns);
        secret.Metadata.Labels["status"] = status;
        await client.ReplaceNamespacedSecretAsync(secret, secret.Metadata.Name, ns);
    }

    private static V1ConfigMap Settings(string color, string old) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "shop",
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app.kubernetes.io/managed-by"] = "Helm" },
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["meta.helm.sh/release-name"] = "shop" },
        },
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["color"] = color, ["old"] = old },
    };

    private static V1Secret ReleaseSecret(int revision, string status) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"{Release}{revision}",
            Labels = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = "shop",
                ["owner"] = "helm",
                ["status"] = status,
                ["version"] = $"{revision}",
                ["modifiedAt"] = "1700000000",
            },
        },
        Type = "helm.sh/release.v1",
        Data = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["release"] = new byte[64 * 1024] },
    };
}
