using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace UserAdmin.Tests.TwoFactor;

/// <summary>A security key with one passkey, in software: what it answers in the two ceremonies of WebAuthn, right or wrong as the test wants.</summary>
public sealed class SecurityKey : IDisposable
{
    private const byte UserPresent = 1, UserVerified = 4, HasCredential = 64;

    private static readonly string[] Transports = ["internal"];

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    private byte[] userHandle = [];

    public string Origin { get; set; } = "http://localhost";

    public string Domain { get; set; } = "localhost";

    public bool Verifies { get; set; } = true;

    public uint Counter { get; set; } = 1;

    /// <summary>Makes the passkey that the options ask for.</summary>
    public string Create(JsonElement options)
    {
        userHandle = Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString());
        var client = ClientData("webauthn.create", options);
        var point = key.ExportParameters(false).Q;
        byte[] publicKey = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. AuthenticatorData(HasCredential), .. new byte[16], 0, (byte)id.Length, .. id, .. publicKey];
        // CBOR by hand: { "fmt": "none", "attStmt": {}, "authData": bytes }
        byte[] attestation = [0xA3, .. Word("fmt"), .. Word("none"), .. Word("attStmt"), 0xA0, .. Word("authData"), 0x58, (byte)data.Length, .. data];
        return JsonSerializer.Serialize(new
        {
            id = Text(id),
            rawId = Text(id),
            type = "public-key",
            clientExtensionResults = new { },
            response = new { clientDataJSON = Text(client), attestationObject = Text(attestation), transports = Transports },
        });
    }

    /// <summary>Signs the challenge of the options; a <paramref name="handle"/> claims to be of another user.</summary>
    public string Sign(JsonElement options, Guid? handle = null)
    {
        var client = ClientData("webauthn.get", options);
        var data = AuthenticatorData(0);
        var signature = key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return JsonSerializer.Serialize(new
        {
            id = Text(id),
            rawId = Text(id),
            type = "public-key",
            clientExtensionResults = new { },
            response = new
            {
                clientDataJSON = Text(client),
                authenticatorData = Text(data),
                signature = Text(signature),
                userHandle = Text(handle is { } other ? Encoding.UTF8.GetBytes($"{other}") : userHandle),
            },
        });
    }

    public void Dispose() => key.Dispose();

    private byte[] ClientData(string type, JsonElement options) =>
        JsonSerializer.SerializeToUtf8Bytes(new { type, challenge = options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    private byte[] AuthenticatorData(byte flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter++);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Domain)), (byte)(flags | UserPresent | (Verifies ? UserVerified : 0)), .. counter];
    }

    private static byte[] Word(string text) => [(byte)(0x60 + text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
