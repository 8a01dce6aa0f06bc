//! Addresses: which can be used, and where a redirect leads.

use crate::error::FetchError;
use crate::reason::Reason;
use ureq::http::Uri;

/// Whether something can be fetched from this address.
pub(crate) fn check(address: &str) -> Result<(), FetchError> {
    let problem = match scheme_and_host(address) {
        Some(_) if address.contains('#') => "it has a fragment",
        Some(_) => return Ok(()),
        None => "it is not an http or https address with a host",
    };
    Err(FetchError::InvalidAddress {
        address: address.to_owned(),
        problem,
    })
}

/// Where `location`, in an answer from `from`, leads; never from https to http.
pub(crate) fn redirect(from: &str, location: &str) -> Result<String, Reason> {
    let bad = || Reason::BadRedirect {
        location: location.chars().take(200).collect(),
    };
    let (scheme, host) = scheme_and_host(from).ok_or_else(bad)?;
    let target = location.split('#').next().unwrap_or_default();
    let to = if let Some(rest) = target.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if target.starts_with('/') {
        format!("{scheme}://{host}{target}")
    } else if scheme_of(target).is_some() {
        target.to_owned()
    } else if target.is_empty() {
        return Err(bad());
    } else {
        // Relative to the folder of `from`, whose query is no part of its path.
        let path = from.split('?').next().unwrap_or_default();
        let start = scheme.len() + "://".len() + host.len();
        let folder = path.rfind('/').filter(|&slash| slash >= start);
        match folder {
            Some(slash) => format!("{}/{target}", &path[..slash]),
            None => format!("{scheme}://{host}/{target}"),
        }
    };
    let (new_scheme, _) = scheme_and_host(&to).ok_or_else(bad)?;
    if scheme == "https" && new_scheme == "http" {
        return Err(Reason::InsecureRedirect { location: to });
    }
    Ok(to)
}

/// The host of an address with its port.
pub(crate) fn host(address: &str) -> Option<String> {
    scheme_and_host(address).map(|(_, host)| host)
}

/// The scheme in lower case and the host with its port, if it is an http or https address.
fn scheme_and_host(address: &str) -> Option<(&'static str, String)> {
    let uri: Uri = address.parse().ok()?;
    let scheme = match uri.scheme_str()?.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        _ => return None,
    };
    let authority = uri.authority()?;
    (!authority.host().is_empty()).then(|| (scheme, authority.to_string()))
}

/// What stands before the first colon, if it has the form of a scheme.
fn scheme_of(target: &str) -> Option<&str> {
    let (scheme, _) = target.split_once(':')?;
    let form = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.chars().all(form).then_some(scheme)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_https_addresses_pass() {
        for good in [
            "http://a",
            "https://a.example:8080/b?c=d",
            "HTTP://a/",
            "http://[::1]:80/x",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a/b",
            "/a",
            "ftp://a/b",
            "file:///etc/passwd",
            "http://",
            "http:///a",
            "http://a b",
        ] {
            let sentence = check(bad).unwrap_err().to_string();
            assert!(sentence.contains(&format!("`{bad}`")), "{sentence}");
        }
    }

    #[test]
    fn a_redirect_is_relative_to_where_it_came_from() {
        let from = "https://a.example:1/b/c?d=/e";
        for (location, to) in [
            ("https://f/g", "https://f/g"),
            ("//f/g#h", "https://f/g"),
            ("/g?h=i", "https://a.example:1/g?h=i"),
            ("g", "https://a.example:1/b/g"),
            ("./g:h", "https://a.example:1/b/./g:h"),
        ] {
            assert_eq!(redirect(from, location).unwrap(), to, "{location}");
        }
        assert_eq!(redirect("http://a", "b").unwrap(), "http://a/b");
        assert_eq!(redirect("http://a", "https://b/").unwrap(), "https://b/");
    }

    #[test]
    fn a_redirect_never_leads_to_less_safety() {
        for location in ["http://a.example/c", "HTTP://a.example/c"] {
            let reason = redirect("https://a.example/b", location).unwrap_err();
            assert!(
                matches!(reason, Reason::InsecureRedirect { .. }),
                "{reason}"
            );
        }
        for location in [
            "",
            "#a",
            "ftp://a/b",
            "file:///etc/passwd",
            "javascript:a",
            "http://",
            "http://a b",
        ] {
            let reason = redirect("https://a.example/b", location).unwrap_err();
            assert!(
                matches!(reason, Reason::BadRedirect { .. }),
                "{location}: {reason}"
            );
        }
    }
}
