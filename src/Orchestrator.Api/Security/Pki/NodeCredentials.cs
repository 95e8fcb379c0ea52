using System.Net;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Security.Pki;

/// <summary>
/// What an agent needs to join: <c>kubeconfig</c> (user <c>system:node:NAME</c>, group <c>system:nodes</c>), <c>serving.crt</c> and <c>serving.key</c> for its own
/// endpoint, and <c>ca.crt</c>. Issued on the server's machine, where the authority's key is. Repeating it renews only what is due.
/// </summary>
public static class NodeCredentials
{
    private const string ClientName = "client";
    private const string ServingName = "serving";

    /// <param name="dataDirectory">The server's data directory.</param>
    /// <param name="nodeName">Name of the node, a DNS subdomain.</param>
    /// <param name="nodeIp">Address at which the API reaches the agent.</param>
    /// <param name="server">URL at which the agent reaches the API.</param>
    /// <param name="outDirectory">Where the files go; made 0700 where missing.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="PkiException">The name is none, or the authority cannot be used.</exception>
    public static void Issue(string dataDirectory, string nodeName, IPAddress nodeIp, Uri server, string outDirectory, TimeProvider time)
    {
        if (NameRules.DnsSubdomain(nodeName) is { } fault)
        {
            throw new PkiException($"node name \"{nodeName}\": {fault}");
        }

        // A new authority, made by mistake in a mistyped directory, would sign credentials that no server believes.
        string authorityPath = Path.Combine(ClusterCertificates.PkiDirectory(dataDirectory), CertificateStore.AuthorityName + ".crt");
        if (!File.Exists(authorityPath))
        {
            throw new PkiException($"{authorityPath} does not exist: start the server once, or give its data directory with --data-dir");
        }

        using PkiLock held = PkiLock.Take(ClusterCertificates.PkiDirectory(dataDirectory));
        using CertificateAuthority authority = new CertificateStore(ClusterCertificates.PkiDirectory(dataDirectory), time).OpenAuthority();
        var store = new CertificateStore(outDirectory, time);
        string user = NodeIdentity.UserPrefix + nodeName;
        using X509Certificate2 client = store.Ensure(authority, ClientName, CertificateRequestSpec.Client(user, WellKnown.NodesGroup));
        using X509Certificate2 serving = store.Ensure(
            authority, ServingName, CertificateRequestSpec.Server(user, [nodeName], [nodeIp, IPAddress.Loopback]));
        DurableFile.Write(Path.Combine(outDirectory, "ca.crt"), authority.CertificatePem + "\n", DurableFile.Public);
        string kubeconfig = new Kubeconfig(
            server,
            user,
            authority.CertificatePem,
            File.ReadAllText(store.CertificatePath(ClientName)),
            File.ReadAllText(store.KeyPath(ClientName))).ToYaml();
        DurableFile.Write(Path.Combine(outDirectory, "kubeconfig"), kubeconfig, DurableFile.Private);
    }
}
