using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Client;

/// <summary>WebSockets to the API server, with the credentials and the trust of a kubeconfig.</summary>
internal static class ApiSocket
{
    private const string Protocol = "plain.kubevirt.io";

    public static async Task<WebSocket> OpenAsync(KubernetesClientConfiguration configuration, Uri uri, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.CollectHttpResponseDetails = true;
        if (CertificateOf(configuration) is { } certificate)
        {
            socket.Options.ClientCertificates.Add(certificate);
        }

        if (configuration.AccessToken is { Length: > 0 } token)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        var authorities = configuration.SslCaCerts;
        if (configuration.SkipTlsVerify || authorities is { Count: > 0 })
        {
            socket.Options.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                configuration.SkipTlsVerify || (shown is not null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsOf(authorities!, shown));
        }

        try
        {
            await socket.ConnectAsync(new UriBuilder(uri) { Scheme = uri.Scheme == "http" ? "ws" : "wss" }.Uri, cancel);
            return socket;
        }
        catch (WebSocketException error)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw new CommandFailedException(status switch
            {
                0 => $"{uri.Authority} does not answer: {error.InnerException?.Message ?? error.Message}",
                404 => "the machine does not exist, or does not run",
                409 => "the machine does not run",
                401 or 403 => "you may not do this",
                _ => $"the server answered {status}",
            }, error);
        }
    }

    private static X509Certificate2? CertificateOf(KubernetesClientConfiguration configuration)
    {
        var certificate = Pem(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = Pem(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        if (certificate is null || key is null)
        {
            return null;
        }

        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        // Through PKCS#12, since TLS on some platforms cannot use a key that is only in memory.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string? Pem(string? base64, string? path) =>
        base64 is { Length: > 0 } ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64))
        : path is { Length: > 0 } ? File.ReadAllText(path)
        : null;

    private static bool IsOf(X509Certificate2Collection authorities, X509Certificate shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return chain.Build(certificate);
    }
}
