using System.Net;
using System.Security.Cryptography;
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
    private const string ServiceAccountKeyName = "sa";
    private const string AdminUser = "kubernetes-admin";

    /// <summary>Names under which workloads in a cluster know the API.</summary>
    private static readonly string[] ServiceNames =
        ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

    private readonly string _dataDirectory;
    private readonly CertificateStore _store;
    private readonly CertificateRequestSpec _servingSpec;
    private volatile X509Certificate2 _serving = null!;
    private volatile X509Certificate2 _apiClient = null!;

    private ClusterCertificates(string dataDirectory, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        _dataDirectory = dataDirectory;
        _store = new CertificateStore(PkiDirectory(dataDirectory), time);
        _servingSpec = CertificateRequestSpec.Server(
            "kube-apiserver",
            [.. ServiceNames, Dns.GetHostName().ToLowerInvariant()],
            [IPAddress.Loopback, IPAddress.IPv6Loopback, .. addresses]);
        using PkiLock held = PkiLock.Take(PkiDirectory(dataDirectory));
        Authority = _store.OpenAuthority();
        ServiceAccountKey = _store.OpenKey(ServiceAccountKeyName);
        EnsureAll();
    }

    /// <summary>Signs the tokens of service accounts. Servers of one cluster share it, as they share the authority.</summary>
    public ECDsa ServiceAccountKey { get; }

    public CertificateAuthority Authority { get; }

    /// <summary>What the API shows its clients; another one after a renewal.</summary>
    public X509Certificate2 Serving => _serving;

    /// <summary>What the API shows agents; another one after a renewal.</summary>
    public X509Certificate2 ApiClient => _apiClient;

    public static string AdminKubeconfigPath(string dataDirectory) => Path.Combine(dataDirectory, "admin.kubeconfig");

    public static string PkiDirectory(string dataDirectory) => Path.Combine(dataDirectory, "pki");

    /// <param name="dataDirectory">The server's data directory.</param>
    /// <param name="addresses">Addresses that the API is reached by, besides the loopback ones.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="PkiException">See <see cref="CertificateStore.OpenAuthority"/>.</exception>
    public static ClusterCertificates Open(string dataDirectory, IEnumerable<IPAddress> addresses, TimeProvider time) =>
        new(dataDirectory, addresses, time);

    /// <summary>Issues again what is about to expire. The old certificates are left to the collector: connections may still use them.</summary>
    public void Renew()
    {
        using PkiLock held = PkiLock.Take(PkiDirectory(_dataDirectory));
        EnsureAll();
    }

    /// <summary>Writes the administrator's kubeconfig, unless it is there with the same content.</summary>
    /// <param name="server">URL of the API.</param>
    /// <returns>The file's path.</returns>
    public string WriteAdminKubeconfig(Uri server)
    {
        string path = AdminKubeconfigPath(_dataDirectory);
        string yaml = new Kubeconfig(
            server,
            AdminUser,
            Authority.CertificatePem,
            File.ReadAllText(_store.CertificatePath(AdminName)),
            File.ReadAllText(_store.KeyPath(AdminName))).ToYaml();
        if (!File.Exists(path) || File.ReadAllText(path) != yaml)
        {
            DurableFile.Write(path, yaml, DurableFile.Private);
        }

        return path;
    }

    public void Dispose()
    {
        _serving.Dispose();
        _apiClient.Dispose();
        Authority.Dispose();
        ServiceAccountKey.Dispose();
    }

    private void EnsureAll()
    {
        _serving = _store.Ensure(Authority, ServerName, _servingSpec);
        _apiClient = _store.Ensure(Authority, ServerClientName, CertificateRequestSpec.Client(WellKnown.ApiServerUser));
        using X509Certificate2 admin = _store.Ensure(Authority, AdminName, CertificateRequestSpec.Client(AdminUser, WellKnown.MastersGroup));
    }
}
