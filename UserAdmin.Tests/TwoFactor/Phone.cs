using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.TwoFactor;

/// <summary>An authenticator app on somebody's phone, made by the secret that the portal showed.</summary>
public sealed class Phone(TimeProvider clock, string key)
{
    private readonly byte[] seed = Decode(key);

    public string Key => key.Replace(" ", "", StringComparison.Ordinal);

    public string Code => CodeIn(0);

    /// <summary>The code of so many steps later or earlier.</summary>
    public string CodeIn(int steps) => Totp.CodeAt(seed, Totp.StepAt(clock.GetUtcNow()) + steps);

    private static byte[] Decode(string key)
    {
        var bits = string.Concat(key.Where(char.IsLetterOrDigit).Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(octet => octet.Length == 8).Select(octet => Convert.ToByte(new string(octet), 2))];
    }
}

public static class Phones
{
    extension(ITestPortal portal)
    {
        /// <summary>Sets up an authenticator app, half a minute ago so that the next code is a new one.</summary>
        public async Task<Phone> GivenAPhoneOf(Actor person) => (await portal.GivenAPhoneAndCodesOf(person)).Phone;

        public async Task<(Phone Phone, IReadOnlyList<string> RecoveryCodes)> GivenAPhoneAndCodesOf(Actor person)
        {
            var cancel = TestContext.Current.CancellationToken;
            await using var scope = portal.Services.CreateAsyncScope();
            var authenticators = scope.ServiceProvider.GetRequiredService<AuthenticatorService>();
            var begun = (await authenticators.BeginAsync(person, cancel)).Value!;
            var phone = new Phone(portal.Clock, begun.Key);
            var confirmed = await authenticators.ConfirmAsync(begun.Id, new() { Name = "Phone", Code = phone.CodeIn(-1) }, person, cancel);
            return (phone, confirmed.Value!.RecoveryCodes!);
        }
    }

    extension(Browser browser)
    {
        /// <summary>Types a code into the second step.</summary>
        public Task<HttpResponseMessage> EnterCode(string code, string page = "two-factor", bool remember = false) =>
            browser.Submit($"/account/{page}", [("Code", code), .. remember ? new[] { ("RememberDevice", "true") } : []]);
    }
}
