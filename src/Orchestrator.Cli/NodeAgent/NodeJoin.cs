using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.Commands;
using Orchestrator.Model;

namespace Orchestrator.Cli.NodeAgent;

/// <summary>
/// Joins a cluster with a bootstrap token, as kubelets do: requests the node's client certificate with the token, and its serving certificate with the client
/// certificate. Keys are made here and never leave the machine. Repeating it renews what is due; then the token is not needed any more.
/// </summary>
internal sealed class NodeJoin(string directory, string nodeName, IPAddress nodeIp, Uri server, string authorityPath, TimeProvider time)
{
    public const string KubeconfigFile = "kubeconfig";
    public const string ServingCertificateFile = "serving.crt";
    public const string ServingKeyFile = "serving.key";

    private const string ClientCertificateFile = "client.crt";
    private const string ClientKeyFile = "client.key";

    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);
    private static readonly TimeSpan SigningTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private string User => NodeIdentity.UserPrefix + nodeName;

    /// <exception cref="CommandFailedException">The server cannot be reached, does not know the token, or does not sign in time.</exception>
    public async Task EnsureAsync(string token, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory, DurableFile.PrivateDirectory);
        try
        {
            if (!IsGood(ClientCertificateFile, ClientKeyFile))
            {
                // A certificate that still holds asks for its successor itself: the token may have expired long ago.
                using Kubernetes asking = IsValid(ClientCertificateFile, ClientKeyFile, TimeSpan.Zero) ? OwnClient() : TokenClient(token);
                await RequestAsync(asking, ClientCertificateFile, ClientKeyFile, "kubernetes.io/kube-apiserver-client-kubelet", "client auth", null, cancel);
            }

            WriteKubeconfig();
            if (!IsGood(ServingCertificateFile, ServingKeyFile))
            {
                var names = new SubjectAlternativeNameBuilder();
                names.AddDnsName(nodeName);
                names.AddIpAddress(nodeIp);
                names.AddIpAddress(IPAddress.Loopback);
                using Kubernetes asking = OwnClient();
                await RequestAsync(asking, ServingCertificateFile, ServingKeyFile, "kubernetes.io/kubelet-serving", "server auth", names.Build(), cancel);
            }
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new CommandFailedException("the server does not know the bootstrap token: it may have expired; make another one (a Secret bootstrap-token-ID in kube-system)");
        }
        catch (HttpOperationException e)
        {
            throw new CommandFailedException($"the server refused to let this node join: {e.Response.Content}");
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailedException($"{server} cannot be reached: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private async Task RequestAsync(
        Kubernetes client, string certificateFile, string keyFile, string signer, string usage, X509Extension? names, CancellationToken cancel)
    {
        using ECDsa key = Key(keyFile);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(WellKnown.NodesGroup);
        subject.AddCommonName(User);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        V1CertificateSigningRequest made = await client.CertificatesV1.CreateCertificateSigningRequestAsync(
            new V1CertificateSigningRequest
            {
                Metadata = new V1ObjectMeta { GenerateName = "csr-" },
                Spec = new V1CertificateSigningRequestSpec
                {
                    Request = Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()),
                    SignerName = signer,
                    Usages = ["digital signature", usage],
                },
            },
            cancellationToken: cancel);
        byte[] certificate = await SignedAsync(client, made.Metadata.Name, cancel);
        DurableFile.Write(Path.Combine(directory, certificateFile), Encoding.ASCII.GetString(certificate), DurableFile.Public);
    }

    /// <summary>The key of a request is kept before it is sent: an agent that stops in between asks again for the same.</summary>
    private ECDsa Key(string file)
    {
        string path = Path.Combine(directory, file);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
        else
        {
            DurableFile.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n", DurableFile.Private);
        }

        return key;
    }

    private async Task<byte[]> SignedAsync(Kubernetes client, string name, CancellationToken cancel)
    {
        DateTimeOffset end = time.GetUtcNow() + SigningTimeout;
        while (true)
        {
            V1CertificateSigningRequest present = await client.CertificatesV1.ReadCertificateSigningRequestAsync(name, cancellationToken: cancel);
            if (present.Status?.Certificate is { Length: > 0 } certificate)
            {
                return certificate;
            }

            if (present.Status?.Conditions?.FirstOrDefault(c => c.Type is "Denied" or "Failed") is { } refused)
            {
                throw new CommandFailedException($"the signing request {name} is {refused.Type.ToLower(CultureInfo.InvariantCulture)}: {refused.Message}");
            }

            if (time.GetUtcNow() >= end)
            {
                throw new CommandFailedException($"the signing request {name} waits for approval: kubectl certificate approve {name}, then start the agent again");
            }

            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private void WriteKubeconfig() => DurableFile.Write(
        Path.Combine(directory, KubeconfigFile),
        new Kubeconfig(server, User, File.ReadAllText(authorityPath), Read(ClientCertificateFile), Read(ClientKeyFile)).ToYaml(),
        DurableFile.Private);

    private string Read(string file) => File.ReadAllText(Path.Combine(directory, file));

    private bool IsGood(string certificateFile, string keyFile) => IsValid(certificateFile, keyFile, RenewBefore);

    private bool IsValid(string certificateFile, string keyFile, TimeSpan margin)
    {
        string certificatePath = Path.Combine(directory, certificateFile);
        string keyPath = Path.Combine(directory, keyFile);
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
        {
            return false;
        }

        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            return CertificateSubject.Read(certificate.SubjectName).CommonName == User && new DateTimeOffset(certificate.NotAfter) - time.GetUtcNow() > margin;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private Kubernetes OwnClient() => new(new KubernetesClientConfiguration
    {
        Host = server.ToString(),
        SslCaCerts = [X509CertificateLoader.LoadCertificateFromFile(authorityPath)],
        ClientCertificateFilePath = Path.Combine(directory, ClientCertificateFile),
        ClientKeyFilePath = Path.Combine(directory, ClientKeyFile),
    });

    private Kubernetes TokenClient(string token) => new(new KubernetesClientConfiguration
    {
        Host = server.ToString(),
        SslCaCerts = [X509CertificateLoader.LoadCertificateFromFile(authorityPath)],
        AccessToken = token,
    });
}
