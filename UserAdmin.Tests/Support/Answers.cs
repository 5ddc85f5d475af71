using System.Text.RegularExpressions;

namespace UserAdmin.Tests.Support;

public static partial class Answers
{
    extension(HttpResponseMessage response)
    {
        /// <summary>All that a stranger sees: status, target, names of cookies and the page, without what differs each time anyway and without what was typed.</summary>
        public async Task<string> Seen(params string[] typed)
        {
            var text = Changing().Replace(await response.Text(), "");
            foreach (var value in typed.Where(value => value.Length > 0))
                text = text.Replace($"value=\"{value}\"", "", StringComparison.Ordinal);
            return $"{(int)response.StatusCode} {response.Target} {string.Join(',', response.SetCookies.Select(cookie => cookie.Split('=')[0]))}\n{text}";
        }
    }

    [GeneratedRegex("""nonce="[^"]*"|<!--Blazor[^>]*-->|(?<=__RequestVerificationToken" value=")[^"]*""")]
    private static partial Regex Changing();
}
