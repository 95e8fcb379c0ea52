using System.Net;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Api.Security.Pki;

/// <summary>
/// The certificates of one server, under <c>DATA-DIR/pki</c>: the authority, the API's serving certificate, its client certificate for calling agents,
/// and the administrator's, which is also written as <c>DATA-DIR/admin.kubeconfig</c>. Opening repeats safely: it makes what is missing or due.
/// </summary>
public sealed class ClusterCertificates : IDisposable
{
    private const string ServerName = "apiserver";
    private const string ServerClientName = "apiserver-client";
    private const string AdminName = "admin";
    private const string AdminUser = "kubernetes-admin";

    /// <summary>Names under which workloads in a cluster know the API.</summary>
    private static readonly string[] ServiceNames =
        ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

    private ClusterCertificates(CertificateAuthority authority, X509Certificate2 serving, X509Certificate2 apiClient)
    {
        Authority = authority;
        Serving = serving;
        ApiClient = apiClient;
    }

    public CertificateAuthority Authority { get; }

    /// <summary>What the API shows its clients.</summary>
    public X509Certificate2 Serving { get; }

    /// <summary>What the API shows agents.</summary>
    public X509Certificate2 ApiClient { get; }

    public static string AdminKubeconfigPath(string dataDirectory) => Path.Combine(dataDirectory, "admin.kubeconfig");

    public static string PkiDirectory(string dataDirectory) => Path.Combine(dataDirectory, "pki");

    /// <param name="dataDirectory">The server's data directory.</param>
    /// <param name="server">URL for the administrator's kubeconfig.</param>
    /// <param name="addresses">Addresses that the API is reached by, besides the loopback ones.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="PkiException">See <see cref="CertificateStore.OpenAuthority"/>.</exception>
    public static ClusterCertificates Open(string dataDirectory, Uri server, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        using PkiLock held = PkiLock.Take(PkiDirectory(dataDirectory));
        var store = new CertificateStore(PkiDirectory(dataDirectory), time);
        CertificateAuthority authority = store.OpenAuthority();
        var servingSpec = CertificateRequestSpec.Server(
            "kube-apiserver",
            [.. ServiceNames, Dns.GetHostName().ToLowerInvariant()],
            [IPAddress.Loopback, IPAddress.IPv6Loopback, .. addresses]);
        X509Certificate2 serving = store.Ensure(authority, ServerName, servingSpec);
        X509Certificate2 client = store.Ensure(authority, ServerClientName, CertificateRequestSpec.Client(WellKnown.ApiServerUser));
        using X509Certificate2 admin = store.Ensure(authority, AdminName, CertificateRequestSpec.Client(AdminUser, WellKnown.MastersGroup));
        WriteAdminKubeconfig(dataDirectory, server, authority, store);
        return new ClusterCertificates(authority, serving, client);
    }

    public void Dispose()
    {
        Serving.Dispose();
        ApiClient.Dispose();
        Authority.Dispose();
    }

    private static void WriteAdminKubeconfig(string dataDirectory, Uri server, CertificateAuthority authority, CertificateStore store)
    {
        string yaml = new Kubeconfig(
            server,
            AdminUser,
            authority.CertificatePem,
            File.ReadAllText(store.CertificatePath(AdminName)),
            File.ReadAllText(store.KeyPath(AdminName))).ToYaml();
        string path = AdminKubeconfigPath(dataDirectory);
        if (!File.Exists(path) || File.ReadAllText(path) != yaml)
        {
            DurableFile.Write(path, yaml, DurableFile.Private);
        }
    }
}
