using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Bootstrap;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.Server;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.Testing.Server;

/// <summary>
/// A whole server in this process, composed as <c>orchestrator server</c> composes it: TLS on a free port, its own data directory and an empty
/// database of the test run's PostgreSQL.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ClusterCertificates _certificates;
    private readonly WebApplication _app;

    private TestServer(TemporaryDirectory directory, ClusterCertificates certificates, WebApplication app, Uri address)
    {
        _directory = directory;
        _certificates = certificates;
        _app = app;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>The administrator's kubeconfig.</summary>
    public string Kubeconfig => ClusterCertificates.AdminKubeconfigPath(_directory.Path);

    public string DataDirectory => _directory.Path;

    public IServiceProvider Services => _app.Services;

    /// <param name="postgres">The test run's PostgreSQL.</param>
    /// <param name="configure">Last changes to the services.</param>
    /// <param name="adjust">Changes to the options.</param>
    /// <param name="cancel">Cancellation.</param>
    public static async Task<TestServer> StartAsync(
        PostgresFixture postgres, Action<WebApplicationBuilder>? configure = null, Func<ServerOptions, ServerOptions>? adjust = null, CancellationToken cancel = default)
    {
        var directory = new TemporaryDirectory();
        var options = new ServerOptions
        {
            DataDirectory = directory.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Database = await postgres.CreateDatabaseAsync(cancel),
        };
        options = adjust?.Invoke(options) ?? options;
        var certificates = ClusterCertificates.Open(directory.Path, [options.EffectiveAddress, options.Services.ApiAddress], TimeProvider.System);
        var app = ServerHost.Build(options, certificates, configure);
        await app.StartAsync(cancel);
        var server = new TestServer(directory, certificates, app, ServerHost.Address(app, options));
        _ = await Eventually.GetAsync(
            () => Task.FromResult(File.Exists(server.Kubeconfig) ? server.Kubeconfig : null), "writing of the administrator's kubeconfig");
        var bootstrap = app.Services.GetRequiredService<ClusterBootstrap>();
        await Eventually.TrueAsync(() => Task.FromResult(bootstrap.IsDone), "writing of the cluster's initial objects");
        return server;
    }

    /// <summary>A client with the administrator's certificate.</summary>
    public Kubernetes Client() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig));

    /// <summary>A plain HTTP client with the administrator's certificate, for what the API client hides.</summary>
    public HttpClient Http()
    {
        var pki = ClusterCertificates.PkiDirectory(_directory.Path);
        return Http(X509Certificate2.CreateFromPemFile(Path.Combine(pki, "admin.crt"), Path.Combine(pki, "admin.key")));
    }

    /// <summary>A plain HTTP client; without a certificate it is nobody.</summary>
    public HttpClient Http(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
            presented is X509Certificate2 server && CertificateUse.IsServerOf(_certificates.Authority.Certificate, server, TimeProvider.System);
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        return new HttpClient(handler) { BaseAddress = Address };
    }

    public Kubectl Kubectl(string? program = null) => new(Kubeconfig, program);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _certificates.Dispose();
        _directory.Dispose();
    }
}
