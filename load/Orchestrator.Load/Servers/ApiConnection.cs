using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>
/// One persistent HTTP/1.1 connection over TLS, one request at a time. The generator shares the machine with the server it measures; a general
/// client would take about as much of it as the server does.
/// </summary>
internal sealed class ApiConnection : IDisposable
{
    private const int HeadLimitBytes = 16 * 1024;

    // Well below the 130 s after which the server closes a connection that nobody uses.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    private readonly Func<Task<(Socket, SslStream)>> _open;
    private Socket _socket;
    private SslStream _stream;
    private long _lastUse = Stopwatch.GetTimestamp();
    private byte[] _response = new byte[HeadLimitBytes];

    private ApiConnection(Func<Task<(Socket, SslStream)>> open, Socket socket, SslStream stream)
    {
        _open = open;
        _socket = socket;
        _stream = stream;
    }

    /// <summary>A connection to the cluster's API.</summary>
    public static async Task<ApiConnection> OpenAsync(ClusterAccess cluster, CancellationToken cancel)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(cluster.Authorities);
        var tls = new SslClientAuthenticationOptions { TargetHost = cluster.Server.IdnHost, ClientCertificates = [cluster.Client], CertificateChainPolicy = trust };
        var addresses = await Dns.GetHostAddressesAsync(cluster.Server.IdnHost, cancel);
        return await OpenAsync(new IPEndPoint(addresses[0], cluster.Server.Port), tls, cancel);
    }

    private static async Task<ApiConnection> OpenAsync(IPEndPoint server, SslClientAuthenticationOptions tls, CancellationToken cancel)
    {
        var (socket, stream) = await ConnectAsync();
        return new ApiConnection(ConnectAsync, socket, stream);

        async Task<(Socket, SslStream)> ConnectAsync()
        {
            var tcp = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await tcp.ConnectAsync(server, cancel);
            var encrypted = new SslStream(new NetworkStream(tcp, ownsSocket: false));
            await encrypted.AuthenticateAsClientAsync(tls, cancel);
            return (tcp, encrypted);
        }
    }

    /// <summary>The bytes of a request without a body.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");

    /// <summary>The bytes of a request whose answer goes on. By HTTP/1.0, so that sizes of chunks do not come in the middle of what is looked for.</summary>
    public static byte[] GetStream(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");

    /// <summary>The bytes of a request with a JSON body.</summary>
    public static byte[] Post(string path, string json) => WithBody("POST", path, "application/json", json);

    /// <summary>The bytes of a request that merges the JSON into what is there.</summary>
    public static byte[] MergePatch(string path, string json) => WithBody("PATCH", path, "application/merge-patch+json", json);

    /// <summary>The bytes of a request by any method with a body.</summary>
    public static byte[] WithBody(string method, string path, string contentType, string json) => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>Sends the request and reads the whole answer. A connection that was idle for long is opened anew first.</summary>
    /// <returns>The body, valid until the next call.</returns>
    /// <exception cref="HttpRequestException">The answer has another status than <paramref name="expected"/>, or no Content-Length.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, int expected)
    {
        if (Stopwatch.GetElapsedTime(_lastUse) > IdleLimit)
        {
            Dispose();
            (_socket, _stream) = await _open();
        }

        await _stream.WriteAsync(request);
        var filled = 0;
        int headEnd;
        while ((headEnd = _response.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            filled += await ReadAsync(filled);
        }

        var bodyStart = headEnd + 4;
        var end = bodyStart + ContentLength(_response.AsSpan(0, headEnd));
        if (end > _response.Length)
        {
            Array.Resize(ref _response, end);
        }

        while (filled < end)
        {
            filled += await ReadAsync(filled);
        }

        _lastUse = Stopwatch.GetTimestamp();
        var status = int.Parse(_response.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        return status == expected
            ? _response.AsMemory(bodyStart, end - bodyStart)
            : throw new HttpRequestException($"{status}: {Encoding.UTF8.GetString(_response, bodyStart, end - bodyStart)}", null, (HttpStatusCode)status);
    }

    /// <summary>Sends a request whose answer goes on until the token is signalled, and hands over its bytes as they come, the head included.</summary>
    public async Task StreamAsync(ReadOnlyMemory<byte> request, Action<ReadOnlyMemory<byte>> received, CancellationToken cancel)
    {
        await _stream.WriteAsync(request, cancel);
        try
        {
            int read;
            while ((read = await _stream.ReadAsync(_response, cancel)) > 0)
            {
                received(_response.AsMemory(0, read));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Enough.
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async ValueTask<int> ReadAsync(int filled)
    {
        var read = await _stream.ReadAsync(_response.AsMemory(filled));
        return read > 0 ? read : throw new HttpRequestException("the server closed the connection, or its answer's head is too long");
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        foreach (var line in head.Split("\r\n"u8))
        {
            var header = head[line];
            if (header.Length > 16 && Ascii.EqualsIgnoreCase(header[..15], "Content-Length:"u8))
            {
                return int.Parse(header[15..].Trim((byte)' '), CultureInfo.InvariantCulture);
            }
        }

        throw new HttpRequestException("the answer has no Content-Length");
    }
}
